"""Security and audit administrators: locks, second factors, sessions, roles; checks of the log, exports on record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pgtrigger
import pytest
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from procurement.accounts import checking, safety
from procurement.accounts.enums import Role
from procurement.accounts.models import LogCheck, Notification, SafetyRecord, TableExport, User
from tests.accounts.doors import PASSWORD, as_role, as_user, do_jobs, member
from tests.factories.accounts import OrganisationFactory, RegistrationFactory, UserFactory, office
from workflows.clock import database_now
from workflows.models import TransitionLog

pytestmark = pytest.mark.django_db


def security() -> Client:
    return as_role(office(), Role.SECURITY_ADMIN)


def audit() -> Client:
    return as_role(office(), Role.AUDIT_ADMIN)


def somebody() -> User:
    user = UserFactory(username="wangmou")
    user.set_password(PASSWORD)
    user.save()
    return user


def try_to_log_in(password: str, login: str = "wangmou") -> Any:
    return Client().post("/accounts/login/", {"login": login, "password": password})


class TestLocks:
    def locked(self) -> int:
        somebody()
        for _number in range(5):
            try_to_log_in("wrong")
        assert try_to_log_in(PASSWORD).status_code == 429
        return safety.locks(database_now())[0].pk

    def test_a_locked_login_is_listed_and_unlocked_with_a_reason(self) -> None:
        page = f"/workspace/security/locks/{self.locked()}/"
        client = security()
        listed = client.get("/workspace/tables/locks/").content.decode()
        assert "wangmou" in listed
        assert page in listed
        assert client.post(page, {"reason": " "}).status_code == 400
        assert try_to_log_in(PASSWORD).status_code == 429
        assert client.post(page, {"reason": "本人来电核实身份。"}).status_code == 302
        assert try_to_log_in(PASSWORD).status_code == 302
        record = SafetyRecord.objects.get()
        assert (record.act, record.login, record.reason) == ("unlocked", "wangmou", "本人来电核实身份。")
        assert client.get(page).status_code == 404

    def test_failures_of_several_browsers_count_together(self) -> None:
        for agent, failures in (("a", 2), ("b", 3)):
            AccessAttempt.objects.create(
                username="x", ip_address="203.0.113.1", user_agent=agent, failures_since_start=failures
            )
        AccessAttempt.objects.create(username="y", ip_address="203.0.113.1", failures_since_start=4)
        AccessAttempt.objects.create(username="z", ip_address="203.0.113.1", failures_since_start=9)
        AccessAttempt.objects.filter(username="z").update(attempt_time=database_now() - timedelta(minutes=16))
        assert [(lock.login, lock.failures) for lock in safety.locks(database_now())] == [("x", 5)]


class TestLogins:
    def page(self, user: User) -> str:
        return f"/workspace/security/logins/{user.pk}/"

    def test_a_lost_second_factor_is_taken_off_and_ends_the_sessions(self) -> None:
        user = member(OrganisationFactory(buyer=True), Role.OFFICER).user
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
        theirs, client = as_user(user), security()
        assert theirs.get("/workspace/").status_code == 200
        answer = client.post(self.page(user), {"do": "second_factor", "reason": "手机遗失，已当面核实。"})
        assert answer.status_code == 302
        assert not Authenticator.objects.filter(user=user).exists()
        assert theirs.get("/workspace/").status_code == 302
        shown = client.get(self.page(user)).content.decode()
        assert "手机遗失，已当面核实。" in shown
        do_jobs()
        assert Notification.objects.filter(recipient=user, event="safety.done").exists()
        again = client.post(self.page(user), {"do": "second_factor", "reason": "再一次"})
        assert again.status_code == 409

    def test_signed_out_everywhere_and_nobody_else(self) -> None:
        user, other = UserFactory(), UserFactory()
        theirs, others, client = [as_user(user), as_user(user)], as_user(other), security()
        assert client.post(self.page(user), {"do": "sign_out", "reason": "设备被盗。"}).status_code == 302
        assert [one.get("/accounts/me/").status_code for one in theirs] == [302, 302]
        assert others.get("/accounts/me/").status_code == 200

    @pytest.mark.parametrize(("given", "told"), [({"do": "sign_out"}, 409), ({"do": "other", "reason": "x"}, 400)])
    def test_not_without_a_reason_and_nothing_unknown(self, given: dict[str, str], told: int) -> None:
        user = UserFactory()
        assert security().post(self.page(user), given).status_code == told
        assert not SafetyRecord.objects.exists()

    def test_ones_own_login_is_somebody_elses(self) -> None:
        mine = member(office(), Role.SECURITY_ADMIN).user
        assert as_user(mine).post(self.page(mine), {"do": "sign_out", "reason": "x"}).status_code == 409

    def test_what_was_done_stays(self) -> None:
        security().post(self.page(UserFactory()), {"do": "sign_out", "reason": "设备被盗。"})
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            SafetyRecord.objects.update(reason="x")

    def test_roles_are_reviewed_by_role(self) -> None:
        member(OrganisationFactory(buyer=True), Role.FINANCE, username="caiwu")
        member(OrganisationFactory(buyer=True), Role.DRAFTER, username="jingban")
        shown = security().get("/workspace/tables/role_grants/", {"role": "finance"}).content.decode()
        assert "caiwu" in shown
        assert "jingban" not in shown


class TestChecks:
    def ordered(self, client: Client) -> LogCheck:
        answer = client.post("/workspace/audit/checks/add/")
        assert answer.status_code == 302
        return LogCheck.objects.latest("pk")

    def test_a_job_reads_the_log_and_the_page_tells(self) -> None:
        RegistrationFactory()
        client = audit()
        check = self.ordered(client)
        page = f"/workspace/audit/checks/{check.pk}/"
        waiting = client.get(page)
        assert 'http-equiv="refresh"' in waiting.content.decode()
        assert LogCheck.objects.get().done_at is None  # not in the request
        do_jobs()
        done = LogCheck.objects.get()
        assert (done.fault_count, done.rows) == (0, TransitionLog.objects.count())
        assert done.subjects >= 1
        assert 'http-equiv="refresh"' not in client.get(page).content.decode()

    def test_a_row_that_was_edited_is_named(self) -> None:
        RegistrationFactory()
        with pgtrigger.ignore("workflows.TransitionLog:append_only"):
            TransitionLog.objects.update(reason="改动过")
        client = audit()
        check = self.ordered(client)
        do_jobs()
        assert "accounts.Registration#" in client.get(f"/workspace/audit/checks/{check.pk}/").content.decode()
        assert LogCheck.objects.get().fault_count == 1
        regulator = as_role(office(), Role.REGULATOR)
        assert "accounts.Registration#" in regulator.get("/workspace/tables/irregularities/").content.decode()

    def test_one_at_a_time(self) -> None:
        client = audit()
        self.ordered(client)
        client.post("/workspace/audit/checks/add/")
        assert LogCheck.objects.count() == 1
        do_jobs()
        self.ordered(client)
        assert LogCheck.objects.count() == 2

    def test_done_twice_it_reads_once(self) -> None:
        check = self.ordered(audit())
        do_jobs()
        first = LogCheck.objects.get().done_at
        checking.read(check.pk)
        assert LogCheck.objects.get().done_at == first


def test_who_took_which_table_is_on_record() -> None:
    buyer = OrganisationFactory(buyer=True)
    assert as_role(buyer, Role.DRAFTER).get("/workspace/tables/projects/export/csv/?q=甲").status_code == 200
    made = TableExport.objects.get()
    assert (made.table, made.form, made.total, made.organisation) == ("projects", "csv", 0, buyer)
    assert buyer.name in audit().get("/workspace/tables/exports_made/").content.decode()


@pytest.mark.parametrize(
    ("role", "name"),
    [(Role.SECURITY_ADMIN, "logins"), (Role.SECURITY_ADMIN, "role_grants"), (Role.AUDIT_ADMIN, "exports_made")],
)
def test_many_rows_cost_no_more_queries(role: str, name: str) -> None:
    client, path = as_role(office(), role), f"/workspace/tables/{name}/"
    counts = []
    for more in (1, 28):
        for _number in range(more):
            found = member(OrganisationFactory(buyer=True), Role.DRAFTER)
            TableExport.objects.create(
                owner=found.user, organisation=found.organisation, table="projects", form="csv", total=1,
                done_at=database_now(),
            )  # fmt: skip
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
