"""Coming in: the first administrator, an organisation that registers itself, a person who was invited."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from procurement.accounts import throttle
from procurement.accounts.actions import invitations, setup
from procurement.accounts.enums import OrganisationKind, Role
from procurement.accounts.models import Consent, Invitation, Membership, Organisation, StaffRecord, User
from procurement.common.credit_codes import check_character
from tests.accounts.doors import ACCOUNT, PASSWORD, as_role, as_user, do_jobs, links, member
from tests.factories.accounts import OrganisationFactory, UserFactory, administrator, credit_code, manager
from workflows.clock import database_now

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]


class TestSetup:
    def test_the_first_comer_becomes_the_administrator_and_the_page_is_gone(self) -> None:
        client = Client()
        assert client.get("/setup/").status_code == 200
        answer = client.post("/setup/", ACCOUNT)
        assert (answer.status_code, answer.url) == (302, "/workspace/admin/organisations/")
        user = User.objects.get()
        assert (user.username, user.is_superuser, user.mobile) == ("limou", True, "13800001234")
        assert Consent.objects.get(user=user).notice.key == "registration"
        assert client.get(answer.url).status_code == 200
        assert client.get("/setup/").status_code == 404
        assert Client().post("/setup/", ACCOUNT | {"username": "second"}).status_code == 404
        assert User.objects.count() == 1

    @pytest.mark.parametrize("former", [False, True])
    def test_is_gone_where_a_member_holds_or_held_the_role(self, former: bool) -> None:
        membership = member(OrganisationFactory(buyer=True), Role.SYSTEM_ADMIN)
        Membership.objects.filter(pk=membership.pk).update(active=not former)
        assert Client().get("/setup/").status_code == 404
        with pytest.raises(setup.AlreadySetUp):
            setup.make_first_administrator(username="late", password=PASSWORD)

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"password1": "kurz", "password2": "kurz"}, "password1"),
            ({"password1": "alllowercaseletters", "password2": "alllowercaseletters"}, "password1"),
            ({"password2": "Gong-hui-2027"}, "password2"),
            ({"mobile": "12345"}, "mobile"),
            ({"username": "a@example.org"}, "username"),
            ({"consent": ""}, "consent"),
        ],
    )
    def test_names_the_field_that_is_wrong_and_keeps_nothing(self, wrong: dict[str, str], field: str) -> None:
        answer = Client().post("/setup/", ACCOUNT | wrong)
        assert answer.status_code == 400
        assert set(answer.context["form"].errors) == {field}
        assert not User.objects.exists()


ORGANISATION = {"name": "晨光社会工作服务中心", "address": "示例路 1 号", "contact": "李某 0571-00000000"}


def registration(number: int = 1, prefix: str = "52", **more: str) -> dict[str, str]:
    return ACCOUNT | ORGANISATION | {"code": credit_code(7_000_000 + number, prefix)} | more


class TestRegister:
    @pytest.mark.parametrize(
        ("prefix", "kind"),
        [
            ("51", OrganisationKind.SOCIAL_ASSOCIATION),
            ("52", OrganisationKind.SOCIAL_SERVICE),
            ("53", OrganisationKind.FOUNDATION),
            ("91", OrganisationKind.ENTERPRISE),
            ("54", OrganisationKind.OTHER_SUPPLIER),
        ],
    )
    def test_the_code_decides_the_kind_and_place(self, prefix: str, kind: str) -> None:
        client = Client()
        answer = client.post("/accounts/register/", registration(prefix=prefix))
        assert (answer.status_code, answer.url) == (302, "/workspace/organisations/")
        made = Organisation.objects.get()
        assert (made.kind, made.region, made.registration.state) == (kind, "330199", "registered")
        person = made.memberships.get()
        assert set(person.roles) == {Role.MANAGER, Role.SUPPLIER, Role.SIGNATORY}
        assert Consent.objects.get().user == person.user
        assert client.get("/workspace/organisations/").status_code == 200

    def test_a_code_is_read_as_people_write_it(self) -> None:
        code = credit_code(7_000_001)
        spaced = f" {code[:8].lower()} {code[8:]} ".translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123"})
        assert Client().post("/accounts/register/", registration(code=spaced)).status_code == 302
        assert Organisation.objects.get().code == code

    def test_a_code_that_is_here_already_is_refused(self) -> None:
        there = OrganisationFactory(supplier=True)
        answer = Client().post("/accounts/register/", registration(code=there.code.lower()))
        assert answer.status_code == 400
        assert set(answer.context["form"].errors) == {"code"}
        assert (Organisation.objects.count(), User.objects.count()) == (1, 0)

    def test_a_faster_hand_leaves_nothing_half_done(self, monkeypatch: pytest.MonkeyPatch) -> None:
        there = OrganisationFactory(supplier=True)
        monkeypatch.setattr("procurement.accounts.forms.joining.Organisation.objects.filter", lambda **_: _Nobody())
        answer = Client().post("/accounts/register/", registration(code=there.code))
        assert answer.status_code == 400
        assert User.objects.count() == 0

    @pytest.mark.parametrize("prefix", ["11", "12", "13", "81"])
    def test_buyers_do_not_register_themselves(self, prefix: str) -> None:
        answer = Client().post("/accounts/register/", registration(prefix=prefix))
        assert set(answer.context["form"].errors) == {"code"}
        assert not Organisation.objects.exists()

    @pytest.mark.parametrize("code", ["", "5", credit_code(1)[:-1] + "?", "51440300MJL18627XQ", "9" * 200])
    def test_a_wrong_code_is_named(self, code: str) -> None:
        answer = Client().post("/accounts/register/", registration(code=code))
        assert answer.status_code == 400
        assert set(answer.context["form"].errors) == {"code"}

    def test_an_unknown_register_is_refused(self) -> None:
        first = credit_code(1)[:17].replace("52", "37", 1)
        answer = Client().post("/accounts/register/", registration(code=first + check_character(first)))
        assert "37" in answer.context["form"].errors["code"][0]

    def test_somebody_with_an_account_registers_another(self) -> None:
        member(OrganisationFactory(), Role.MANAGER)
        user = User.objects.get()
        client = as_user(user)
        given = {**ORGANISATION, "code": credit_code(7_000_002), "consent": "on"}
        assert client.post("/accounts/register/", given).status_code == 302
        assert user.memberships.count() == 2
        assert client.get("/workspace/organisations/").context["organisation"].code == given["code"]

    def test_one_address_tries_so_many_times_an_hour(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(throttle, "REGISTRATIONS_AN_HOUR", 2)
        codes = [Client().post("/accounts/register/", {}).status_code for _try in range(3)]
        assert codes == [400, 400, 429]
        assert Client().get("/accounts/register/").status_code == 200


class _Nobody:
    def exists(self) -> bool:
        return False


class TestBringIn:
    FORM = {
        "kind": "trade_union", "name": "晨光县总工会", "staffing": "administrative", "level": "county",
        "person": "王某", "email": "wang@example.org", "roles": ["manager", "approver"],
    }  # fmt: skip

    def post(self, **more: object) -> object:
        client = as_user(administrator()["by"])
        return client.post("/workspace/admin/organisations/add/", self.FORM | more)

    def test_a_buyer_is_invited_and_its_manager_joins_by_the_link(self) -> None:
        answer = self.post(code=credit_code(1, "13"))
        buyer = Organisation.objects.get(name="晨光县总工会")
        assert (answer.status_code, buyer.region, buyer.is_buyer) == (200, "330199", True)
        assert not hasattr(buyer, "registration")
        [sent] = do_jobs()
        assert sent.to == ["wang@example.org"]
        path = invitations.link_of(buyer.invitations.get()).split("/accounts/", 1)[1]
        assert path in sent.body
        client = Client()
        assert client.get(f"/accounts/{path}").status_code == 200
        joined = client.post(f"/accounts/{path}", ACCOUNT | {"email": "wang@example.org"})
        assert (joined.status_code, joined.url) == (302, "/workspace/")
        assert buyer.memberships.get().roles == ["approver", "manager"]
        assert client.get("/workspace/people/").status_code == 200

    def test_a_station_has_a_region_and_no_code(self) -> None:
        station = {"kind": "station", "name": "晨光社区党群服务中心", "roles": ["station"], "code": ""}
        assert self.post(**station).context["form"].errors.keys() == {"region"}
        assert self.post(**station, region="330106").status_code == 200
        assert self.post(**station, region="330106").context["form"].errors.keys() == {"name"}
        assert Organisation.objects.filter(kind="station").count() == 1

    def test_a_code_that_fails_its_check_needs_evidence(self) -> None:
        wrong = "13330199MC9000999A"
        assert self.post(code=wrong).context["form"].errors.keys() == {"code"}
        assert self.post(code=wrong, code_evidence="登记证书原件照片，2012 年").status_code == 200
        assert Organisation.objects.get(code=wrong).code_evidence

    def test_a_social_organisation_is_no_buyer_and_roles_fit_the_kind(self) -> None:
        assert self.post(code=credit_code(2, "52")).context["form"].errors.keys() == {"kind"}
        assert self.post(code=credit_code(2, "13"), roles=["supplier"]).context["form"].errors.keys() == {"roles"}
        assert not Organisation.objects.filter(name="晨光县总工会").exists()

    def test_the_same_code_twice_is_refused(self) -> None:
        there = OrganisationFactory(buyer=True)
        assert self.post(code=there.code).context["form"].errors.keys() == {"code"}

    def test_three_separated_duties_are_three_people(self) -> None:
        answer = self.post(code=credit_code(3, "13"), roles=["system_admin", "audit_admin"])
        assert answer.context["form"].errors.keys() == {"roles"}


class TestInvitation:
    def invite(self, **more: object) -> tuple[Invitation, str]:
        buyer = OrganisationFactory(buyer=True)
        given = {"name": "王某", "email": "wang@example.org", "roles": [Role.DRAFTER]} | more
        made = invitations.invite(buyer, by=manager(buyer)["by"], **given)
        return made, f"/accounts/invitations/{invitations.token_of(made)}/"

    def test_works_once(self) -> None:
        made, path = self.invite()
        assert Client().post(path, ACCOUNT).status_code == 302
        assert Client().post(path, ACCOUNT | {"username": "again", "email": ""}).status_code == 410
        assert User.objects.filter(username__in=["limou", "again"]).count() == 1
        record = StaffRecord.objects.get(person__username="limou")
        assert (record.act, record.facts["roles"], record.by) == ("joined", ["drafter"], made.invited_by)

    def test_run_out_or_taken_back_it_says_so(self) -> None:
        made, path = self.invite()
        Invitation.objects.filter(pk=made.pk).update(expires_at=database_now() - timedelta(seconds=1))
        assert Client().get(path).status_code == 410
        Invitation.objects.filter(pk=made.pk).update(expires_at=database_now() + timedelta(days=1))
        invitations.withdraw(made)
        assert Client().post(path, ACCOUNT).status_code == 410
        assert not User.objects.filter(username="limou").exists()

    def test_nobody_guesses_one(self) -> None:
        _made, path = self.invite()
        for token in ("0" * 64, "x", path.split("/")[3][:-1] + "~"):
            assert Client().get(f"/accounts/invitations/{token}/").status_code == 404

    def test_the_token_is_not_in_the_database(self) -> None:
        made, path = self.invite()
        token = path.split("/")[3]
        assert token not in str(Invitation.objects.filter(pk=made.pk).values().get())

    def test_a_new_one_replaces_the_old(self) -> None:
        first, path = self.invite()
        invitations.invite(first.organisation, by=first.invited_by, name="王某", email="WANG@example.org", roles=[])
        assert Client().get(path).status_code == 410

    def test_somebody_who_is_logged_in_joins_a_second_organisation(self) -> None:
        made, path = self.invite()
        user = UserFactory()
        member(OrganisationFactory(), Role.SUPPLIER, username="x")
        client = as_user(user)
        assert client.post(path, {}).status_code == 400
        assert client.post(path, {"consent": "on"}).status_code == 302
        assert user.memberships.get().organisation == made.organisation
        assert Consent.objects.filter(user=user).count() == 1

    def test_a_taken_name_is_refused_and_the_invitation_stays(self) -> None:
        _made, path = self.invite()
        UserFactory(username="LiMou")
        assert Client().post(path, ACCOUNT).context["form"].errors.keys() == {"username"}
        assert Client().get(path).status_code == 200

    def test_roles_held_before_leaving_do_not_come_back(self) -> None:
        made, path = self.invite()
        gone = member(made.organisation, Role.APPROVER, Role.FINANCE)
        Membership.objects.filter(pk=gone.pk).update(active=False)
        as_user(gone.user).post(path, {"consent": "on"})
        gone.refresh_from_db()
        assert (gone.active, gone.roles) == (True, ["drafter"])

    def test_a_mobile_alone_gets_a_link_to_pass_on(self) -> None:
        buyer = OrganisationFactory(buyer=True)
        client = as_role(buyer, Role.MANAGER)
        form = {"name": "赵某", "mobile": "+86 139-0000-0000", "roles": ["officer"]}
        page = client.post("/workspace/people/invite/", form)
        [link] = links(page)
        assert Client().get(link).status_code == 200
        assert do_jobs() == []
        assert Invitation.objects.get().mobile == "13900000000"
