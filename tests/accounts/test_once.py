"""A message goes out once at most, also by a worker that is killed; and messages are not kept for ever."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.utils import timezone

from procurement.accounts import tasks
from procurement.accounts.enums import EventGroup, Role
from procurement.accounts.models import Delivery, Notification
from procurement.accounts.notifications import keeping, sending, telling
from tests import processes, threads
from tests.accounts.test_notifications import logged_in, tell
from tests.bids.test_killed import until
from tests.factories.accounts import MembershipFactory, RegistrationFactory, UserFactory
from workflows import jobs
from workflows.models import Job
from workflows.tasks import run_due_jobs


class Mailbox:
    """A mail server that takes everything: the messages as they came."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.server = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def port(self) -> int:
        return self.server.getsockname()[1]

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                taken, _where = self.server.accept()
                with taken, taken.makefile("rb") as lines, suppress(OSError):
                    self._talk(taken, lines)

    def _talk(self, taken: socket.socket, lines: Iterator[bytes]) -> None:
        taken.sendall(b"220 here\r\n")
        for line in lines:
            word = line.strip().upper()
            if word == b"DATA":
                taken.sendall(b"354 go on\r\n")
                self.got.append(b"".join(iter(lambda: next(lines), b".\r\n")).decode())
            elif word == b"QUIT":
                taken.sendall(b"221 bye\r\n")
                return
            taken.sendall(b"250 ok\r\n")

    def names(self) -> list[str]:
        return [line for text in self.got for line in text.splitlines() if line.lower().startswith("message-id:")]


def waiting_mail() -> Delivery:
    user = UserFactory(email="a@example.org")
    telling._deliver([tell(user)], EventGroup.NEEDS, timezone.now())
    return Delivery.objects.select_related("job").get()


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_after_sending_sends_it_once_and_says_that_nobody_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, delivery = Mailbox(), waiting_mail()
    for name, value in {
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(box.port),
        "EMAIL_USE_TLS": "0",
        "HALT_SIGN": str(tmp_path / "halted"),
        "HALT_AT": "procurement.accounts.notifications.sending._note_sent",
    }.items():
        monkeypatch.setenv(name, value)
    worker = ["-m", "celery", "--app", "tests.halting", "worker", "--pool", "solo"]

    def over() -> bool:
        """The worker's lease ends, and another is woken."""
        Job.objects.filter(state="pending").update(leased_until=timezone.now() - timedelta(seconds=1))
        run_due_jobs.delay()
        return not Job.objects.filter(state="pending").exists()

    first = processes.Process(worker, tmp_path / "worker.log")
    try:
        run_due_jobs.delay()
        until((tmp_path / "halted").exists, first.said)
    finally:
        first.kill()
    assert len(box.got) == 1
    delivery.refresh_from_db()
    assert delivery.claimed_at is not None
    assert delivery.sent_at is None
    second = processes.Process(worker, tmp_path / "worker2.log")
    try:
        until(over, second.said)
        assert len(box.got) == 1
        threads.demo.make_logins()
        office = logged_in("administrator")
        assert office.get("/workspace/admin/deliveries/?state=unknown").content.decode().count("<tr>") == 2
        assert office.post(f"/workspace/admin/deliveries/{delivery.pk}/again/").status_code == 302
        until(over, second.said)
    finally:
        second.stop()
    delivery.refresh_from_db()
    assert delivery.sent_at is not None
    assert len(box.names()) == 2
    assert len(set(box.names())) == 1  # for a mail system the same message


@pytest.mark.django_db
class TestOnce:
    def test_what_another_runner_has_claimed_is_left_to_it(self) -> None:
        delivery = waiting_mail()
        Delivery.objects.update(claimed_at=timezone.now())
        sending.send([delivery.pk])
        assert not mail.outbox

    def test_the_page_tells_what_is_known(self) -> None:
        threads.demo.make_logins()
        office, delivery = logged_in("administrator"), waiting_mail()

        def states() -> list[str]:
            address = "/workspace/admin/deliveries/?state="
            found = ("waiting", "sending", "unknown", "failed", "sent")
            return [one for one in found if "<tbody>" in office.get(address + one).content.decode()]

        assert states() == ["waiting"]
        Delivery.objects.update(claimed_at=timezone.now())
        assert states() == ["sending"]
        assert office.post(f"/workspace/admin/deliveries/{delivery.pk}/again/").status_code == 302
        assert states() == ["sending"]  # not while it may still be going out
        Job.objects.update(state=Job.State.DONE)
        assert states() == ["unknown"]
        assert office.post(f"/workspace/admin/deliveries/{delivery.pk}/again/").status_code == 302
        assert states() == ["waiting"]
        jobs.run_due()
        assert states() == ["sent"]


@pytest.mark.django_db
class TestKeeping:
    def old(self, days: int, *, read: bool = True) -> Notification:
        then = timezone.now() - timedelta(days=days)
        return tell(UserFactory(email="a@example.org"), created_at=then, **({"read_at": then} if read else {}))

    def test_read_a_year_ago_or_left_unread_three_years(self) -> None:
        gone, kept = self.old(366), self.old(364)
        unread, forgotten = self.old(1094, read=False), self.old(1096, read=False)
        telling._deliver([gone], EventGroup.NEEDS, timezone.now())
        Delivery.objects.update(sent_at=timezone.now())
        assert keeping.purge(timezone.now()) == 2
        assert set(Notification.objects.all()) == {kept, unread}
        assert forgotten not in Notification.objects.all()
        assert not Delivery.objects.exists()
        assert keeping.purge(timezone.now()) == 0

    def test_not_what_is_still_to_go_out(self) -> None:
        waits = self.old(400)
        telling._deliver([waits], EventGroup.NEEDS, timezone.now())
        assert keeping.purge(timezone.now()) == 0
        Job.objects.update(state=Job.State.FAILED)
        assert keeping.purge(timezone.now()) == 1


@pytest.mark.django_db
def test_a_mail_to_an_office_that_is_sent_again_bears_the_same_name() -> None:
    """A worker that dies after sending, before it could say so: the job runs once more."""
    registration = RegistrationFactory(verified=True)
    MembershipFactory(organisation=registration.organisation, roles=[str(Role.MANAGER)], user__email="a@example.org")
    mail.outbox.clear()
    for _time in range(2):
        tasks.mail_registration(registration_id=registration.pk)
    first, again = (message.extra_headers["Message-ID"] for message in mail.outbox if message.to == ["a@example.org"])
    assert first == again
    other = RegistrationFactory(refused=True)
    MembershipFactory(organisation=other.organisation, roles=[str(Role.MANAGER)], user__email="b@example.org")
    tasks.mail_registration(registration_id=other.pk)
    assert mail.outbox[-1].extra_headers["Message-ID"] != first
