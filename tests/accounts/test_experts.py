"""The expert pool: what experts declare, what stays, and whom a draw leaves out because of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from procurement.accounts import pool
from procurement.accounts.enums import Role
from procurement.accounts.models import Employment, ExpertProfile, Interest, User
from tests.accounts.doors import as_role, as_user, member
from tests.factories.accounts import OrganisationFactory, administrator
from workflows.clock import database_now

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]
MINE = "/workspace/experts/mine/"
YEAR = timedelta(days=366)


@pytest.fixture
def expert() -> User:
    return member(OrganisationFactory(name="示例大学"), Role.EVALUATOR).user


def job(**more: str) -> dict[str, str]:
    given = {"what": "employment", "job-name": "晨光中心", "job-started": "2020-01-01"}
    return given | {f"job-{name}": value for name, value in more.items()}


def tie(**more: str) -> dict[str, str]:
    given = {"what": "interest", "tie-name": "晨光中心", "tie-relation": "director"}
    return given | {f"tie-{name}": value for name, value in more.items()}


class TestDeclaring:
    def test_fields_region_title_and_whether_to_be_drawn(self, expert: User) -> None:
        client = as_user(expert)
        form = {"what": "profile", "fields_of_work": ["youth", "family"], "region": "3301", "title": "高级社会工作师"}
        assert client.post(MINE, form).status_code == 302
        profile = ExpertProfile.objects.get(user=expert)
        assert (profile.fields, profile.region, profile.available) == (["youth", "family"], "3301", False)

    @pytest.mark.parametrize(
        ("form", "wrong"),
        [
            ({"what": "profile", "region": "330"}, "region"),
            ({"what": "profile", "fields_of_work": ["space"]}, "fields_of_work"),
            (job(ended="2019-01-01"), "ended"),
            (job(started=""), "started"),
            (job(code="91330199MC90009999"), "code"),
            (tie(relation="friend"), "relation"),
            (tie(name=""), "name"),
        ],
    )
    def test_what_is_wrong_is_named(self, expert: User, form: dict[str, Any], wrong: str) -> None:
        answer = as_user(expert).post(MINE, form)
        assert answer.status_code == 400
        shown = {"profile": "profile_form", "employment": "employment", "interest": "interest"}[form["what"]]
        assert answer.context[shown].errors.keys() == {wrong}
        assert [model.objects.count() for model in (ExpertProfile, Employment, Interest)] == [0, 0, 0]

    def test_an_employment_ends_once_and_a_tie_stays_in_the_record(self, expert: User) -> None:
        client = as_user(expert)
        client.post(MINE, job())
        client.post(MINE, tie())
        worked, tied = Employment.objects.get(), Interest.objects.get()
        for day in ("2024-05-01", "2020-02-02"):
            client.post(f"{MINE}employments/{worked.pk}/end/", {"ended": day})
        client.post(f"{MINE}interests/{tied.pk}/withdraw/")
        worked.refresh_from_db()
        tied.refresh_from_db()
        assert worked.ended == date(2024, 5, 1)
        assert tied.withdrawn_at is not None
        assert client.post(MINE, {"what": "nonsense"}).status_code == 404

    def test_others_do_not_touch_it(self, expert: User) -> None:
        as_user(expert).post(MINE, job())
        worked = Employment.objects.get()
        other = member(OrganisationFactory(), Role.EVALUATOR)
        path = f"{MINE}employments/{worked.pk}/end/"
        assert as_user(other.user).post(path, {"ended": "2024-01-01"}).status_code == 404
        assert as_role(OrganisationFactory(), Role.MANAGER).post(path, {"ended": "2024-01-01"}).status_code == 403
        assert as_role(OrganisationFactory(), Role.MANAGER).get(MINE).status_code == 403

    def test_the_desk_asks_for_it(self, expert: User) -> None:
        client = as_user(expert)
        assert MINE in client.get("/workspace/").content.decode()
        client.post(MINE, {"what": "profile", "available": "on"})
        assert MINE not in client.get("/workspace/").content.decode()


class TestPool:
    def test_the_office_and_the_regulator_look_experts_only_at_themselves(self, expert: User) -> None:
        for client in (as_user(administrator()["by"]), as_role(OrganisationFactory(buyer=True), Role.REGULATOR)):
            assert expert.display_name in client.get("/workspace/experts/").content.decode()
            assert client.get(f"/workspace/experts/{expert.pk}/").status_code == 200
        assert as_user(expert).get("/workspace/experts/").url == MINE
        assert as_user(expert).get(f"/workspace/experts/{expert.pk}/").status_code == 403

    def test_filters(self, expert: User) -> None:
        ExpertProfile.objects.create(user=expert, fields=["youth"], title="律师")
        client = as_user(administrator()["by"])
        for query, there in [("field=youth", True), ("field=family", False), ("q=律师", True), ("q=教师", False)]:
            page = client.get(f"/workspace/experts/?{query}")
            assert (page.status_code, expert.display_name in page.content.decode()) == (200, there)
        assert client.get("/workspace/experts/?field=nonsense&page=99&q=%00").status_code == 200


class TestDrawing:
    def drawn(self, expert: User, *bidders: Any, domain: str = "youth", region: str = "330199") -> bool:
        return expert in pool.candidates(domain, region, bidders, database_now())

    def test_by_field_region_and_presence(self, expert: User) -> None:
        assert self.drawn(expert)
        profile = ExpertProfile.objects.create(user=expert, fields=["youth"], region="33")
        assert self.drawn(expert)
        assert not self.drawn(expert, domain="family")
        assert not self.drawn(expert, region="440100")
        profile.available = False
        profile.save()
        assert not self.drawn(expert)

    @pytest.mark.parametrize("by", ["code", "name", "row"])
    def test_not_for_an_employer_of_the_last_three_years_however_named(self, expert: User, by: str) -> None:
        bidder = OrganisationFactory()
        named = {"code": {"name": "别名", "code": bidder.code}, "name": {"name": bidder.name}, "row": {}}[by]
        today = database_now().date()
        worked = Employment.objects.create(
            expert=expert,
            organisation=bidder if by == "row" else None,
            started=today - 9 * YEAR,
            ended=today - 2 * YEAR,
            **named,
        )
        assert not self.drawn(expert, bidder)
        assert self.drawn(expert, OrganisationFactory())
        Employment.objects.filter(pk=worked.pk).update(ended=today - 4 * YEAR)
        assert self.drawn(expert, bidder)
        Employment.objects.filter(pk=worked.pk).update(ended=None)
        assert not self.drawn(expert, bidder)

    def test_not_for_a_declared_tie_until_it_is_withdrawn(self, expert: User) -> None:
        bidder = OrganisationFactory()
        as_user(expert).post(MINE, tie(name="写法不同", code=bidder.code))
        tied = Interest.objects.get()
        assert tied.organisation == bidder
        assert not self.drawn(expert, bidder)
        as_user(expert).post(f"{MINE}interests/{tied.pk}/withdraw/")
        assert self.drawn(expert, bidder)

    def test_not_for_an_organisation_one_belongs_to(self, expert: User) -> None:
        assert not self.drawn(expert, expert.memberships.get().organisation)
        assert not pool.candidates("youth", "330199", [], database_now(), buyer=expert.memberships.get().organisation)
