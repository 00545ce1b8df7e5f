"""The people of an organisation: roles, leaving, deputies, switching; and what nobody can give themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from procurement.accounts import consents
from procurement.accounts.actions import invitations, staff
from procurement.accounts.enums import Role
from procurement.accounts.models import Deputy, Invitation, Membership, StaffRecord
from procurement.accounts.permissions import manages, roles_of
from tests.accounts.doors import as_role, as_user, links, member
from tests.factories.accounts import OrganisationFactory, administrator, manager
from tests.factories.projects import ProjectFactory
from workflows import engine
from workflows.clock import database_now

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]


def day(days: int) -> str:
    return f"{timezone.localdate() + timedelta(days=days):%Y-%m-%d}"


class TestRoles:
    def test_a_manager_changes_them_and_a_record_stays(self) -> None:
        buyer = OrganisationFactory(buyer=True)
        one = member(buyer, Role.DRAFTER)
        client = as_role(buyer, Role.MANAGER)
        answer = client.post(f"/workspace/people/{one.pk}/", {"what": "roles", "roles": ["finance", "officer"]})
        assert answer.status_code == 302
        one.refresh_from_db()
        assert one.roles == ["finance", "officer"]
        record = StaffRecord.objects.get(person=one.user)
        assert record.facts == {"before": ["drafter"], "roles": ["finance", "officer"]}

    def test_no_role_beyond_the_organisation(self) -> None:
        buyer = OrganisationFactory(buyer=True)
        one = member(buyer, Role.DRAFTER)
        client = as_role(buyer, Role.MANAGER)
        for role in (Role.SYSTEM_ADMIN, Role.REGULATOR, Role.EVALUATOR, Role.SUPPLIER, "nonsense"):
            assert client.post(f"/workspace/people/{one.pk}/", {"what": "roles", "roles": [role]}).status_code == 400
            form = {"name": "赵某", "email": "zhao@example.org", "roles": [role]}
            assert client.post("/workspace/people/invite/", form).status_code == 400
        assert not Invitation.objects.exists()

    def test_what_an_administrator_gave_stays_when_a_manager_changes_the_rest(self) -> None:
        buyer = OrganisationFactory(buyer=True)
        one = member(buyer, Role.DRAFTER, Role.EVALUATOR)
        as_role(buyer, Role.MANAGER).post(f"/workspace/people/{one.pk}/", {"what": "roles", "roles": ["finance"]})
        one.refresh_from_db()
        assert one.roles == ["evaluator", "finance"]

    def test_nobody_takes_the_managers_role_from_themselves_nor_leaves(self) -> None:
        buyer = OrganisationFactory(buyer=True)
        me = manager(buyer)["by"]
        own = me.memberships.get()
        client = as_user(me)
        assert client.post(f"/workspace/people/{own.pk}/", {"what": "roles", "roles": ["drafter"]}).status_code == 400
        assert client.post(f"/workspace/people/{own.pk}/", {"what": "leave"}).status_code == 403
        own.refresh_from_db()
        assert (own.roles, own.active) == (["manager"], True)

    def test_who_leaves_acts_no_more_from_that_moment(self) -> None:
        project = ProjectFactory(imported=False)
        approver = member(project.buyer, Role.APPROVER)
        path = f"/workspace/people/{approver.pk}/"
        client = as_role(project.buyer, Role.MANAGER)
        assert client.post(path, {"what": "leave"}).status_code == 302
        with pytest.raises(PermissionDenied):
            engine.perform(project.approve, by=approver.user, organisation=project.buyer)
        assert client.post(path, {"what": "back"}).status_code == 302
        assert engine.perform(project.approve, by=approver.user, organisation=project.buyer).state == "approved"
        acts = list(StaffRecord.objects.filter(person=approver.user).values_list("act", flat=True))
        assert acts == ["back", "left"]

    def test_the_platform_keeps_an_administrator(self) -> None:
        only = administrator()
        office = only["organisation"]
        path = f"/workspace/people/{only['by'].memberships.get().pk}/"
        client = as_role(office, Role.MANAGER)
        assert client.post(path, {"what": "leave"}).status_code == 409
        assert only["by"].memberships.get().active
        member(office, Role.SYSTEM_ADMIN)
        assert client.post(path, {"what": "leave"}).status_code == 302


class TestInvitations:
    def test_a_manager_does_not_renew_what_an_administrator_gave(self) -> None:
        """The new link is shown to whoever renews: it would make a manager an administrator."""
        buyer = OrganisationFactory(buyer=True)
        made = invitations.invite(
            buyer, by=administrator()["by"], name="王某", email="w@example.org", roles=[Role.SYSTEM_ADMIN]
        )
        path = f"/workspace/people/invitations/{made.pk}/"
        assert as_role(buyer, Role.MANAGER).post(path, {"what": "renew"}).status_code == 403
        assert Invitation.objects.get() == made
        assert invitations.usable(Invitation.objects.get())
        office = as_user(administrator()["by"])
        assert office.post(path, {"what": "renew"}).status_code == 200
        assert Invitation.objects.count() == 2

    def test_anew_and_taken_back(self) -> None:
        buyer = OrganisationFactory(buyer=True)
        client = as_role(buyer, Role.MANAGER)
        form = {"name": "赵某", "mobile": "13900000001", "roles": ["officer"]}
        [first] = links(client.post("/workspace/people/invite/", form))
        made = Invitation.objects.get()
        [second] = links(client.post(f"/workspace/people/invitations/{made.pk}/", {"what": "renew"}))
        assert client.get(first).status_code == 410
        newest = Invitation.objects.latest("pk")
        assert client.post(f"/workspace/people/invitations/{newest.pk}/", {"what": "withdraw"}).status_code == 302
        assert client.get(second).status_code == 410
        assert client.post(f"/workspace/people/invitations/{newest.pk}/", {"what": "nonsense"}).status_code == 404

    def test_a_member_is_not_invited_again(self) -> None:
        buyer = OrganisationFactory(buyer=True)
        member(buyer, Role.DRAFTER, email="There@example.org", mobile="13900000002")
        client = as_role(buyer, Role.MANAGER)
        for reach in ({"email": "there@EXAMPLE.org"}, {"mobile": "139 0000 0002"}):
            answer = client.post("/workspace/people/invite/", {"name": "某", "roles": ["officer"]} | reach)
            assert answer.context["form"].errors.keys() == reach.keys()
        answer = client.post("/workspace/people/invite/", {"name": "某", "roles": ["officer"]})
        assert answer.status_code == 400


class TestDeputies:
    def test_stands_in_for_the_role_on_these_days_alone(self) -> None:
        buyer = OrganisationFactory(buyer=True)
        officer, colleague = member(buyer, Role.OFFICER), member(buyer, Role.FINANCE)
        form = {"what": "deputy", "role": "officer", "deputy": colleague.user.pk, "starts": day(0), "ends": day(3)}
        client = as_role(buyer, Role.MANAGER)
        assert client.post(f"/workspace/people/{officer.pk}/", form).status_code == 302
        now = database_now()
        assert roles_of(colleague.user, buyer, now) == {"finance", "officer"}
        assert roles_of(colleague.user, buyer, now + timedelta(days=5)) == {"finance"}
        named = Deputy.objects.get()
        path = f"/workspace/people/{officer.pk}/deputies/{named.pk}/end/"
        assert client.post(path).status_code == 302
        assert roles_of(colleague.user, buyer, now + timedelta(days=1)) == {"finance"}
        assert set(StaffRecord.objects.values_list("act", flat=True)) == {"deputy", "deputy_ended"}

    def test_no_longer_when_the_colleague_has_left_or_lost_the_role(self) -> None:
        buyer = OrganisationFactory(buyer=True)
        officer, colleague = member(buyer, Role.OFFICER), member(buyer, Role.FINANCE)
        today = timezone.localdate()
        staff.name_deputy(officer, Role.OFFICER, colleague.user, today, today, by=officer.user)
        staff.set_roles(officer, [Role.DRAFTER], by=officer.user)
        assert roles_of(colleague.user, buyer, database_now()) == {"finance"}
        Membership.objects.filter(pk=officer.pk).update(roles=["officer"], active=False)
        assert roles_of(colleague.user, buyer, database_now()) == {"finance"}

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"ends": day(-1), "starts": day(-3)}, "ends"),
            ({"starts": day(5), "ends": day(2)}, "ends"),
            ({"ends": day(800)}, "ends"),
            ({"role": "finance"}, "role"),
            ({"deputy": "0"}, "deputy"),
            ({"starts": "soon"}, "starts"),
        ],
    )
    def test_names_what_is_wrong(self, wrong: dict[str, str], field: str) -> None:
        buyer = OrganisationFactory(buyer=True)
        officer, colleague = member(buyer, Role.OFFICER), member(buyer, Role.FINANCE)
        form = {"what": "deputy", "role": "officer", "deputy": colleague.user.pk, "starts": day(0), "ends": day(3)}
        answer = as_role(buyer, Role.MANAGER).post(f"/workspace/people/{officer.pk}/", form | wrong)
        assert answer.status_code == 400
        assert answer.context["deputy"].errors.keys() == {field}
        assert not Deputy.objects.exists()

    def test_nobody_of_another_organisation_and_no_role_one_cannot_give(self) -> None:
        buyer = OrganisationFactory(buyer=True)
        officer = member(buyer, Role.OFFICER, Role.REGULATOR)
        stranger, colleague = member(OrganisationFactory(buyer=True), Role.OFFICER), member(buyer, Role.FINANCE)
        client, path = as_role(buyer, Role.MANAGER), f"/workspace/people/{officer.pk}/"
        form = {"what": "deputy", "role": "officer", "deputy": stranger.user.pk, "starts": day(0), "ends": day(3)}
        assert client.post(path, form).context["deputy"].errors.keys() == {"deputy"}
        form |= {"role": "regulator", "deputy": colleague.user.pk}
        assert client.post(path, form).context["deputy"].errors.keys() == {"role"}

    def test_separated_duties_stay_separated(self) -> None:
        buyer = OrganisationFactory(buyer=True)
        security, audit = member(buyer, Role.SECURITY_ADMIN), member(buyer, Role.AUDIT_ADMIN)
        form = {"what": "deputy", "role": "security_admin", "deputy": audit.user.pk, "starts": day(0), "ends": day(3)}
        client = as_user(administrator()["by"])
        assert client.post(f"/workspace/people/{security.pk}/", form).context["deputy"].errors.keys() == {"deputy"}


class TestSwitching:
    def test_a_person_of_two_organisations_switches(self) -> None:
        one, other = OrganisationFactory(name="甲中心"), OrganisationFactory(name="乙中心")
        user = member(one, Role.SUPPLIER).user
        Membership.objects.create(user=user, organisation=other, roles=["manager"])
        client = as_user(user)
        client.post("/act-for/", {"organisation": other.pk})
        assert client.get("/workspace/organisations/").context["organisation"] == other
        assert client.get("/workspace/people/").status_code == 200
        client.post("/act-for/", {"organisation": one.pk})
        assert client.get("/workspace/people/").status_code == 403
        stranger = OrganisationFactory()
        assert client.post("/act-for/", {"organisation": stranger.pk}).status_code == 403

    def test_where_no_manager_is_named_somebody_answers(self) -> None:
        buyer = OrganisationFactory(buyer=True)
        approver, drafter = member(buyer, Role.APPROVER), member(buyer, Role.DRAFTER)
        now = database_now()
        assert manages(approver.user, buyer, now)
        assert not manages(drafter.user, buyer, now)
        member(buyer, Role.MANAGER)
        assert not manages(approver.user, buyer, now)


class TestMyData:
    FORM = {"display_name": "李新名", "email": "new@example.org", "mobile": "139 0000 0005"}

    def test_seen_and_corrected_by_oneself(self) -> None:
        one = member(OrganisationFactory(name="甲中心"), Role.SUPPLIER)
        consents.record("registration", one.user)
        client = as_user(one.user)
        page = client.get("/accounts/me/").content.decode()
        assert "甲中心" in page
        assert consents.current("registration").words.splitlines()[0] in page
        assert client.post("/accounts/me/", self.FORM | {"username": "boss", "is_superuser": "on"}).status_code == 302
        fresh = type(one.user).objects.get(pk=one.user.pk)
        assert (fresh.display_name, fresh.email, fresh.mobile) == ("李新名", "new@example.org", "13900000005")
        assert (fresh.username, fresh.is_superuser) == (one.user.username, False)

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"email": "THERE@example.org"}, "email"),
            ({"mobile": "1"}, "mobile"),
            ({"display_name": ""}, "display_name"),
        ],
    )
    def test_what_is_wrong_is_named(self, wrong: dict[str, str], field: str) -> None:
        member(OrganisationFactory(), Role.SUPPLIER, email="there@example.org")
        client = as_user(member(OrganisationFactory(), Role.SUPPLIER).user)
        answer = client.post("/accounts/me/", self.FORM | wrong)
        assert answer.context["form"].errors.keys() == {field}
