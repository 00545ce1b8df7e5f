"""Being told: the right people, once, in their own language, by the channels they chose, and nothing secret."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from procurement.accounts.enums import Channel, EventGroup, Rhythm, Role
from procurement.accounts.models import (
    Delivery,
    Membership,
    Notification,
    NotificationPreference,
    PersonalSettings,
    User,
)
from procurement.accounts.notifications import events, sending, telling
from procurement.bids.models import Bid
from procurement.calls.models import Call
from tests import threads
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory
from workflows import deadlines, jobs
from workflows.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]


def moment(day: int, hour: int, minute: int = 0) -> datetime:
    """A time of May 2026, in China."""
    return datetime(2026, 5, day, hour, minute, tzinfo=timezone.get_default_timezone())


def logged_in(user: User | str) -> Client:
    client = Client()
    client.force_login(threads.login(user) if isinstance(user, str) else user)
    return client


def told(name: str, event: str) -> list[Notification]:
    return list(Notification.objects.filter(recipient__username=name, event=event))


def tell(user: User, code: str = "project.ended", **more: Any) -> Notification:
    found = events.find(code)
    assert found is not None
    return Notification.objects.create(
        recipient=user,
        event=code,
        group=found.group,
        key=f"{code}:{Notification.objects.count()}",
        parameters={"title": "暑期托管", "number": "HQ-1", "buyer": "示例县总工会"},
        path="/threads/",
        thread_state="failed",
        **more,
    )


def reachable(name: str) -> User:
    user = threads.login(name)
    user.email = f"{name}@example.org"
    user.save()
    return user


class TestWhoIsTold:
    def test_an_approval_tells_drafter_and_station_and_nobody_else(self) -> None:
        project = threads.waiting("approve")
        client = logged_in("approver")
        assert client.post(f"/workspace/project.approve/{project.pk}/", {}).status_code == 302
        jobs.run_due()
        assert len(told("station", "project.approved")) == 1
        recipients = set(Notification.objects.values_list("recipient", flat=True))
        assert project.drafted_by_id in recipients
        assert not told("supplier", "project.approved")

    def test_running_the_job_again_tells_nobody_twice(self) -> None:
        project = threads.waiting("approve")
        reachable("station")
        logged_in("approver").post(f"/workspace/project.approve/{project.pk}/", {})
        jobs.run_due()
        Job.objects.filter(kind="project.approved").update(state=Job.State.PENDING)
        jobs.run_due()
        assert len(told("station", "project.approved")) == 1
        assert [one.to for one in mail.outbox].count(["station@example.org"]) == 1

    def test_threads_brought_in_tell_nobody(self) -> None:
        threads.waiting("to-sign")
        jobs.run_due()
        assert not Notification.objects.exists()

    def test_a_deputy_is_told_instead_of_waiting_for_the_holiday_to_end(self) -> None:
        project = threads.waiting("approve")
        boss = Membership.objects.get(user=threads.login("approver"), organisation=project.buyer)
        deputy, day = UserFactory(), timezone.localdate()
        boss.deputies.create(role=Role.APPROVER, user=deputy, starts=day, ends=day, named_by=boss.user)
        jobs.enqueue("award.none")
        from procurement.accounts.notifications.people import staff

        assert (deputy.pk, project.buyer_id) in staff([project.buyer_id], Role.APPROVER)
        assert (deputy.pk, project.buyer_id) not in staff([project.buyer_id], Role.APPROVER, on=day + timedelta(days=1))

    def test_who_left_is_not_told(self) -> None:
        project = threads.waiting("approve")
        Membership.objects.filter(user__username="station").update(active=False)
        logged_in("approver").post(f"/workspace/project.approve/{project.pk}/", {})
        jobs.run_due()
        assert not told("station", "project.approved")


class TestSecrecy:
    def _bid(self) -> Bid:
        threads.waiting("open-for-bids-1")
        client = logged_in(reachable("supplier"))
        page = client.get("/workspace/").content.decode()
        address = next(part.split('"')[0] for part in page.split('href="')[1:] if part.startswith("/workspace/bids/"))
        form = {"price": "19.8万", "quantity_H": "40000", "proposal": "机密方案暗号", "version": "0", "next": "review"}
        client.post(client.post(address, form).url, {"version": "1", "sure": "on"})
        jobs.run_due()
        return Bid.objects.get()

    def test_only_the_bidder_hears_of_a_bid(self) -> None:
        bid = self._bid()
        people = set(Notification.objects.filter(event="bid.submitted").values_list("organisation", flat=True))
        assert people == {bid.supplier_id}

    def test_no_price_and_no_offer_in_any_message(self) -> None:
        self._bid()
        (message,) = [one for one in mail.outbox if one.to == ["supplier@example.org"]]
        body = message.body + str(message.alternatives[0][0])
        for secret in ("198000", "198,000", "19.8", "40000", "机密方案暗号"):
            assert secret not in body
            assert not any(secret in str(row.parameters) for row in Notification.objects.all())

    def test_the_administrator_does_not_learn_who_bid(self) -> None:
        bid = self._bid()
        page = logged_in("administrator").get("/workspace/admin/deliveries/").content.decode().split("<main")[1]
        assert Delivery.objects.filter(notification__event="bid.submitted").exists()
        assert bid.supplier.name not in page
        assert bid.number not in page

    def test_a_question_does_not_name_its_asker(self) -> None:
        project = threads.waiting("open-for-bids-1")
        call = Call.objects.get(project=project)
        answer = logged_in("supplier").post(f"/workspace/call.ask/{call.pk}/", {"text": "场地由谁提供？"})
        assert answer.status_code == 302
        jobs.run_due()
        asker = threads.login("supplier")
        rows = Notification.objects.filter(event="question.asked")
        assert rows
        assert asker.pk not in rows.values_list("recipient", flat=True)
        for row in rows:
            names = set(asker.memberships.values_list("organisation__name", flat=True))
            text = " ".join(events.words(row.event, row.parameters))
            assert not any(name in text for name in names)


class TestTheList:
    def test_it_shows_ones_own_and_counts_the_unread(self) -> None:
        mine, other = UserFactory(), UserFactory()
        tell(mine), tell(other)
        client = logged_in(mine)
        page = client.get("/workspace/notifications/").content.decode()
        assert page.count("暑期托管") == 1
        assert 'class="tag hot num">1' in page

    def test_opening_marks_it_read_and_acts_for_its_organisation(self) -> None:
        member = MembershipFactory()
        second = MembershipFactory(user=member.user, organisation=OrganisationFactory(name="乙中心"))
        row = tell(member.user, organisation=second.organisation)
        client = logged_in(member.user)
        answer = client.get(f"/workspace/notifications/{row.pk}/")
        assert answer.url == "/threads/"
        row.refresh_from_db()
        assert row.read_at is not None
        assert client.session["acting_for"] == second.organisation_id

    def test_another_persons_message_is_not_there(self) -> None:
        row = tell(UserFactory())
        client = logged_in(UserFactory())
        assert client.get(f"/workspace/notifications/{row.pk}/").status_code == 404
        client.post("/workspace/notifications/read/", {"pk": row.pk})
        client.post("/workspace/notifications/read/", {})
        row.refresh_from_db()
        assert row.read_at is None

    @pytest.mark.parametrize("wanted", ["", "x", "9" * 30, "-1"])
    def test_marking_read(self, wanted: str) -> None:
        user = UserFactory()
        tell(user), tell(user)
        answer = logged_in(user).post("/workspace/notifications/read/", {"pk": wanted, "next": "https://evil.example/"})
        assert answer.url == "/"
        assert Notification.objects.filter(read_at__isnull=True).count() == (0 if wanted == "" else 2)

    def test_visitors_are_sent_to_log_in(self) -> None:
        for path in ("/workspace/notifications/", "/accounts/preferences/", "/workspace/admin/deliveries/"):
            assert Client().get(path).status_code == 302

    def test_the_query_count_is_flat(self) -> None:
        user = UserFactory()
        tell(user)
        client = logged_in(user)
        client.get("/workspace/notifications/")
        with CaptureQueriesContext(connection) as few:
            client.get("/workspace/notifications/")
        for _number in range(29):
            tell(user)
        with CaptureQueriesContext(connection) as many:
            assert client.get("/workspace/notifications/").content.decode().count("暑期托管") == 30
        assert len(many) == len(few)

    def test_a_visitor_costs_no_query_for_the_bell(self) -> None:
        with CaptureQueriesContext(connection) as asked:
            Client().get("/threads/")
        assert not any("notification" in one["sql"] for one in asked.captured_queries)

    def test_an_event_that_is_gone_is_still_shown(self) -> None:
        user = UserFactory()
        Notification.objects.create(recipient=user, event="old.event", group="calls", key="k", path="/")
        assert logged_in(user).get("/workspace/notifications/").status_code == 200


class TestMail:
    def test_it_has_text_and_page_with_the_thread_and_a_link(self, settings: Any) -> None:
        user = UserFactory(email="a@example.org")
        row = tell(user)
        telling._deliver([row], EventGroup.NEEDS, timezone.now())
        jobs.run_due()
        (message,) = mail.outbox
        page = str(message.alternatives[0][0])
        assert "暑期托管" in message.subject
        assert f"/workspace/notifications/{row.pk}/" in message.body
        assert f"/workspace/notifications/{row.pk}/" in page
        assert page.count('<td align="center" style="padding:0 6px') == 8
        assert message.extra_headers["Message-ID"].startswith("<delivery-")
        assert Delivery.objects.get().sent_at is not None

    def test_it_speaks_the_readers_language(self) -> None:
        user = UserFactory(email="a@example.org")
        PersonalSettings.objects.create(user=user, language="en")
        row = tell(user)
        with translation.override("zh-hans"):
            telling._deliver([row], EventGroup.NEEDS, timezone.now())
            jobs.run_due()
        assert mail.outbox[0].subject.endswith("Stopped: 暑期托管")

    def test_a_title_cannot_smuggle_headers_or_markup(self) -> None:
        user = UserFactory(email="a@example.org")
        row = tell(user)
        row.parameters = {"title": "a\nBcc: x@example.org<script>", "number": "1", "buyer": "b"}
        row.save()
        telling._deliver([row], EventGroup.NEEDS, timezone.now())
        jobs.run_due()
        assert "\n" not in mail.outbox[0].subject
        assert "<script>" not in str(mail.outbox[0].alternatives[0][0])
        assert mail.outbox[0].recipients() == ["a@example.org"]

    def test_without_an_address_it_is_dropped_with_the_reason(self) -> None:
        row = tell(UserFactory(email=""))
        telling._deliver([row], EventGroup.NEEDS, timezone.now())
        jobs.run_due()
        assert Delivery.objects.get().dropped == sending.NO_ADDRESS
        assert not mail.outbox

    def test_a_failure_is_tried_again_and_shown_to_an_administrator(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def down(*args: Any, **more: Any) -> None:
            raise ConnectionRefusedError("host.example.org secret")

        user = UserFactory(email="a@example.org")
        telling._deliver([tell(user)], EventGroup.NEEDS, timezone.now())
        with monkeypatch.context() as patch:
            patch.setattr("django.core.mail.EmailMultiAlternatives.send", down)
            jobs.run_due()
        job = Job.objects.get(kind=telling.SEND)
        assert (job.state, job.attempts) == (Job.State.PENDING, 1)
        assert job.run_after > timezone.now()
        threads.demo.make_logins()
        office = logged_in("administrator")
        page = office.get("/workspace/admin/deliveries/?state=waiting").content.decode()
        assert "ConnectionRefusedError" in page
        assert "secret" not in page
        Job.objects.filter(pk=job.pk).update(state=Job.State.FAILED, attempts=8)
        delivery = Delivery.objects.get()
        assert office.post(f"/workspace/admin/deliveries/{delivery.pk}/again/").status_code == 302
        jobs.run_due()
        assert len(mail.outbox) == 1
        office.post(f"/workspace/admin/deliveries/{delivery.pk}/again/")
        jobs.run_due()
        assert len(mail.outbox) == 1

    def test_the_list_of_deliveries_is_the_administrators(self) -> None:
        threads.demo.make_logins()
        for name in ("drafter", "supplier", "regulator", "editor"):
            assert logged_in(name).get("/workspace/admin/deliveries/").status_code == 403
            assert logged_in(name).post("/workspace/admin/deliveries/1/again/").status_code == 403
        assert logged_in("administrator").get("/workspace/admin/deliveries/").status_code == 200
        assert logged_in("administrator").post("/workspace/admin/deliveries/999/again/").status_code == 404

    def test_the_deliveries_query_count_is_flat(self) -> None:
        threads.demo.make_logins()
        office, user = logged_in("administrator"), UserFactory(email="a@example.org")
        telling._deliver([tell(user)], EventGroup.NEEDS, timezone.now())
        office.get("/workspace/admin/deliveries/")
        with CaptureQueriesContext(connection) as few:
            office.get("/workspace/admin/deliveries/")
        for _number in range(29):
            telling._deliver([tell(user)], EventGroup.NEEDS, timezone.now())
        with CaptureQueriesContext(connection) as many:
            office.get("/workspace/admin/deliveries/")
        assert len(many) == len(few)


class TestDigest:
    def test_a_day_is_one_mail_at_eight(self) -> None:
        user = UserFactory(email="a@example.org")
        NotificationPreference.objects.create(
            user=user, group=EventGroup.NEEDS, channels=[Channel.EMAIL], rhythm=Rhythm.DAILY
        )
        telling._deliver([tell(user), tell(user)], EventGroup.NEEDS, timezone.now() - timedelta(days=2))
        jobs.run_due()
        assert not mail.outbox
        deadlines.fire()
        deadlines.fire()
        jobs.run_due()
        (message,) = mail.outbox
        assert message.body.count("/workspace/notifications/") == 2
        assert not Delivery.objects.filter(sent_at__isnull=True).exists()

    def test_it_waits_for_the_morning(self) -> None:
        at = moment(8, 7, 59)
        assert telling.next_digest(at) == moment(8, 8)
        assert telling.next_digest(at + timedelta(minutes=1)) == moment(9, 8)

    def test_none_means_the_list_only(self) -> None:
        user = UserFactory(email="a@example.org")
        NotificationPreference.objects.create(user=user, group=EventGroup.NEEDS, channels=["email"], rhythm="none")
        telling._deliver([tell(user)], EventGroup.NEEDS, timezone.now())
        assert not Delivery.objects.exists()

    def test_new_calls_come_once_a_day_unless_chosen_otherwise(self) -> None:
        assert telling.choice(EventGroup.NEW_CALLS, None) == ([Channel.EMAIL], Rhythm.DAILY)
        assert telling.choice(EventGroup.AWARDS, None) == ([Channel.EMAIL], Rhythm.AT_ONCE)


def test_every_event_can_be_told_in_words() -> None:
    known = [
        "title",
        "number",
        "buyer",
        "station",
        "call",
        "deadline",
        "bid",
        "until",
        "contract",
        "supplement",
        "milestone",
        "organisation",
        "act",
        "day",
        "lot",
        "challenge",
        "due",
        "notice",
        "rule",
        "owed",
        "article",
    ]
    for event in events.all_events():
        title, text = events.words(event.code, dict.fromkeys(known, "示例"))
        assert title
        assert text
        assert "%(" not in title + text
