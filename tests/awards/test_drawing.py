"""The draw as an act: promised before the list, on record for everybody, conflicts left out by data (P12, P13)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.test import Client

from procurement.accounts.enums import Role
from procurement.accounts.models import Employment, ExpertProfile, Interest, Membership, Organisation
from procurement.awards import actions, candidates, draw, drawing
from procurement.awards.models import Draw, Panel, Seat, Vacancy
from procurement.bids.models import Bid
from procurement.calls.models import Call
from procurement.projects.models import Project
from tests import threads
from tests.awards import scenes
from workflows import clock
from workflows.errors import TransitionBlocked
from workflows.models import TransitionLog

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]


@pytest.fixture
def call() -> Call:
    return scenes.opened()


def own(call: Call):
    return [threads.login("officer2")]


def prepared(call: Call, experts: int = 2) -> Draw:
    return drawing.prepare_draw(call, experts=experts, representatives=own(call), **scenes.as_officer(call))


def panel_of(call: Call) -> Panel:
    return Panel.objects.get(call=call)


def excluded(call: Call) -> dict[str, set[str]]:
    rows = candidates.assemble(call, clock.database_now()).excluded
    return {row["reference"]: {why for why, _named in row["reasons"]} for row in rows}


def ref(name: str) -> str:
    return candidates.reference(threads.login(name))


class TestRecord:
    def test_the_promise_comes_before_the_list_and_the_seed_after(self, call: Call) -> None:
        found = prepared(call)
        log = list(TransitionLog.objects.filter(subject_type="awards.panel").order_by("sequence"))
        assert [row.action for row in log] == ["form", "promise_seed", "fix_candidates"]
        assert log[1].facts["commitment"] == found.commitment
        assert log[2].facts["listing"] == draw.listing(found.candidates)
        assert found.committed_at <= found.fixed_at
        assert (found.seed, found.drawn, found.drawn_at) == ("", [], None)
        assert len(bytes(found.sealed_seed)) > draw.SEED_BYTES

    def test_anybody_can_draw_again(self, call: Call) -> None:
        found = drawing.hold_draw(prepared(call), **scenes.as_officer(call))
        seed = bytes.fromhex(found.seed)
        assert draw.keeps(found.commitment, seed)
        assert draw.pick(seed, call.number, found.candidates, 2) == found.drawn
        panel = panel_of(call)
        assert panel.state == "drawn"
        seats = list(panel.seats.order_by("position"))
        assert [seat.reference for seat in seats] == [*found.drawn, ""]
        assert seats[2].user == threads.login("officer2")

    def test_a_draw_is_held_once(self, call: Call) -> None:
        found = drawing.hold_draw(prepared(call), **scenes.as_officer(call))
        with pytest.raises(TransitionBlocked):
            drawing.hold_draw(found, **scenes.as_officer(call))
        with pytest.raises(TransitionBlocked):
            prepared(call)

    def test_the_database_keeps_what_was_fixed(self, call: Call) -> None:
        found = prepared(call)
        for change in (
            {"candidates": ["E000001"]},
            {"commitment": "0" * 64},
            {"sealed_seed": b"x"},
            {"experts": 1},
            {"seed": "00" * 32, "drawn_at": found.fixed_at, "drawn_by": found.committed_by},
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                Draw.objects.filter(pk=found.pk).update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            Draw.objects.filter(pk=found.pk).delete()
        held = drawing.hold_draw(found, **scenes.as_officer(call))
        with pytest.raises(DatabaseError), transaction.atomic():
            Draw.objects.filter(pk=held.pk).update(drawn=[])

    def test_a_given_up_draw_stays_with_its_reason(self, call: Call) -> None:
        found = prepared(call)
        with pytest.raises(TransitionBlocked):
            drawing.drop_draw(found, reason=" ", **scenes.as_officer(call))
        drawing.drop_draw(found, reason="人数有误", **scenes.as_officer(call))
        again = prepared(call)
        assert again.commitment != found.commitment
        assert Draw.objects.count() == 2
        with pytest.raises(TransitionBlocked):
            drawing.hold_draw(found, **scenes.as_officer(call))

    def test_the_public_record_names_nobody(self, call: Call) -> None:
        found = prepared(call)
        before = Client().get(f"/workspace/awards/draws/{found.pk}/").content.decode()
        assert found.commitment in before
        drawing.hold_draw(found, **scenes.as_officer(call))
        found.refresh_from_db()
        page = Client().get(f"/workspace/awards/draws/{found.pk}/").content.decode()
        assert found.seed in page
        assert all(reference in page for reference in found.candidates)
        assert not any(str(seat.user) in page for seat in panel_of(call).seats.select_related("user"))
        assert not any(bid.supplier.name in page for bid in Bid.objects.select_related("supplier"))


class TestSize:
    @pytest.mark.parametrize(("experts", "rule"), [(1, "P6"), (3, "P5")])
    def test_size_and_share_are_the_rules(self, call: Call, experts: int, rule: str) -> None:
        with pytest.raises(TransitionBlocked) as refusal:
            prepared(call, experts)
        assert rule in {reason.rule for reason in refusal.value.reasons}
        assert not Draw.objects.exists()

    def test_a_pool_too_small_is_said(self, call: Call) -> None:
        Membership.objects.filter(user__username__startswith="expert").update(active=False)
        with pytest.raises(TransitionBlocked, match="1") as refusal:
            prepared(call)
        assert refusal.value.reasons[0].code == "pool"
        assert not Draw.objects.exists()

    def test_nobody_is_drawn_before_the_opening(self) -> None:
        call = Call.objects.get(project=threads.waiting("to-open"))
        with pytest.raises(TransitionBlocked):
            prepared(call)

    @pytest.mark.parametrize("name", ["approver", "finance", "regulator", "drafter"])
    def test_only_an_officer_draws(self, call: Call, name: str) -> None:
        with pytest.raises(PermissionDenied):
            drawing.prepare_draw(
                call, experts=2, representatives=[], by=threads.login(name), organisation=call.project.buyer
            )

    def test_a_strangers_representative_is_refused(self, call: Call) -> None:
        with pytest.raises(TransitionBlocked) as refusal:
            drawing.prepare_draw(call, experts=2, representatives=[threads.login("expert1")], **scenes.as_officer(call))
        assert {reason.code for reason in refusal.value.reasons} == {"own"}

    def test_a_live_panel_is_seated_by_a_recorded_draw_only(self, call: Call) -> None:
        Project.objects.filter(pk=call.project_id).update(imported=False)
        call = Call.objects.select_related("project__buyer").get(pk=call.pk)
        members = [(threads.login("expert1"), "expert"), (threads.login("expert2"), "expert"), (own(call)[0], "buyer")]
        with pytest.raises(TransitionBlocked) as refusal:
            actions.draw_panel(call, members, **scenes.as_officer(call))
        assert "P12" in {reason.rule for reason in refusal.value.reasons}
        drawing.hold_draw(prepared(call), **scenes.as_officer(call))
        assert panel_of(call).state == "drawn"


class TestConflictsByData:
    def bidder(self, call: Call) -> Organisation:
        return Organisation.objects.filter(bids__lot__call=call).order_by("pk")[0]

    def test_without_ties_all_experts_are_candidates(self, call: Call) -> None:
        assert excluded(call) == {}

    def test_whoever_belongs_or_belonged_to_a_party(self, call: Call) -> None:
        Membership.objects.create(user=threads.login("expert1"), organisation=self.bidder(call), roles=[])
        Membership.objects.create(
            user=threads.login("expert2"), organisation=call.project.buyer, roles=[], active=False
        )
        assert excluded(call) == {ref("expert1"): {"staff"}, ref("expert2"): {"employment"}}

    @pytest.mark.parametrize(("days", "out"), [(30, True), (3 * 365 + 10, False)])
    def test_employment_within_the_years_of_the_rule(self, call: Call, days: int, out: bool) -> None:
        ended = clock.database_now().date() - timedelta(days=days)
        Employment.objects.create(
            expert=threads.login("expert1"), name=self.bidder(call).name, started=date(2010, 1, 1), ended=ended
        )
        assert excluded(call) == ({ref("expert1"): {"employment"}} if out else {})

    def test_a_declared_tie_until_it_is_withdrawn(self, call: Call) -> None:
        now = clock.database_now()
        tie = Interest.objects.create(
            expert=threads.login("expert1"), organisation=self.bidder(call), relation="other", declared_at=now
        )
        assert excluded(call) == {ref("expert1"): {"tie"}}
        tie.withdrawn_at = clock.database_now()
        tie.save()
        assert excluded(call) == {}

    def test_staff_of_a_house_that_bought_from_a_bidder(self, call: Call) -> None:
        other = threads.waiting("to-sign")  # the same bidders, another thread: its winner has been awarded
        house = Organisation.objects.create(
            name="别市总工会", code="13330199MC90009998", kind="trade_union", region="330199"
        )
        Membership.objects.create(user=threads.login("expert1"), organisation=house, roles=[])
        assert excluded(call) == {}
        Project.objects.filter(pk=other.pk).update(buyer=house)
        assert excluded(call) == {ref("expert1"): {"dealings"}}

    def test_another_field_or_region(self, call: Call) -> None:
        field = "worker" if call.project.domain != "worker" else "youth"
        ExpertProfile.objects.create(user=threads.login("expert1"), fields=[field])
        ExpertProfile.objects.create(user=threads.login("expert2"), region="44")
        ExpertProfile.objects.create(user=threads.login("expert3"), available=False)
        ExpertProfile.objects.create(user=threads.login("expert4"), fields=[call.project.domain], region="3301")
        assert excluded(call) == {ref(f"expert{number}"): {"elsewhere"} for number in (1, 2, 3)}

    def test_an_excluded_expert_is_never_drawn(self, call: Call) -> None:
        for number in range(1, 6):
            Membership.objects.create(user=threads.login(f"expert{number}"), organisation=self.bidder(call), roles=[])
        found = drawing.hold_draw(prepared(call), **scenes.as_officer(call))
        assert set(found.drawn) <= {ref("expert6"), ref("expert7"), ref("evaluator")}
        assert len(found.excluded) == 5

    def test_whoever_got_a_tie_after_the_list_is_passed_over(self, call: Call) -> None:
        found = prepared(call)
        seed = drawing.sealing.unwrap_bytes(bytes(found.sealed_seed), f"draw:{call.number}")
        first, second, third = draw.order(seed, call.number, found.candidates)[:3]
        late = candidates.users_of([first])[first]
        Membership.objects.create(user=late, organisation=self.bidder(call), roles=[])
        held = drawing.hold_draw(found, **scenes.as_officer(call))
        assert held.drawn == [second, third]
        assert [row["reference"] for row in held.passed_over] == [first]


class TestReplacement:
    def drawn(self, call: Call) -> tuple[Draw, Panel]:
        found = drawing.hold_draw(prepared(call), **scenes.as_officer(call))
        return found, panel_of(call)

    def test_the_next_in_order_takes_the_seat(self, call: Call) -> None:
        found, panel = self.drawn(call)
        ordered = draw.order(bytes.fromhex(found.seed), call.number, found.candidates)
        seat = panel.seats.get(reference=ordered[1])
        bidder = Organisation.objects.filter(bids__lot__call=call)[0]
        drawing.give_up_seat(panel, seat, reason="我的兄长是其负责人。", conflict_with=bidder, by=seat.user)
        again = panel.seats.get(position=seat.position)
        assert (again.reference, again.role, again.declared_at) == (ordered[2], "expert", None)
        drawing.give_up_seat(
            panel, again, reason="出差。", by=threads.login("officer1"), organisation=call.project.buyer
        )
        assert panel.seats.get(position=seat.position).reference == ordered[3]
        vacancy = Vacancy.objects.first()
        assert (vacancy.reference, vacancy.conflict_with) == (ordered[1], bidder)
        actions_ = TransitionLog.objects.filter(subject_type="awards.panel").order_by("sequence")
        assert [row.action for row in actions_][-4:] == ["vacate", "replace_seat", "vacate", "replace_seat"]
        assert excluded(call)[ordered[1]] >= {"withdrew", "seated"}

    def test_a_late_conflict_takes_the_panel_back_to_declaring(self, call: Call) -> None:
        _found, panel = self.drawn(call)
        for seat in panel.seats.select_related("user"):
            actions.declare_no_conflict(panel, by=seat.user)
        assert panel.fresh().state == "declared"
        seat = panel.seats.select_related("user").first()
        drawing.give_up_seat(panel, seat, reason="刚得知。", by=seat.user)
        assert panel.fresh().state == "drawn"
        actions.declare_no_conflict(panel, by=panel.seats.get(position=seat.position).user)
        assert panel.fresh().state == "declared"

    def test_an_exhausted_list_asks_for_another_draw(self, call: Call) -> None:
        for number in range(1, 6):
            Membership.objects.create(
                user=threads.login(f"expert{number}"), organisation=call.project.buyer, roles=[], active=False
            )
        _found, panel = self.drawn(call)
        gone = panel.seats.filter(role="expert").select_related("user")
        first, second = list(gone)
        drawing.give_up_seat(panel, first, reason="冲突。", by=first.user)
        drawing.give_up_seat(panel, second, reason="冲突。", by=second.user)
        assert drawing.empty_seats(panel)["expert"] == 1
        Membership.objects.filter(user=threads.login("expert1"), organisation=call.project.buyer).delete()
        again = drawing.prepare_replacement(panel, **scenes.as_officer(call))
        assert (again.purpose, again.candidates) == ("replacement", [ref("expert1")])
        drawing.hold_draw(again, **scenes.as_officer(call))
        assert drawing.empty_seats(panel)["expert"] == 0
        assert panel.seats.count() == 3

    def test_an_empty_seat_stops_the_panel(self, call: Call) -> None:
        _found, panel = self.drawn(call)
        seat = panel.seats.get(role="buyer")
        drawing.give_up_seat(panel, seat, reason="亲属在其中任职。", by=seat.user)
        experts = list(panel.seats.select_related("user"))
        actions.declare_no_conflict(panel, by=experts[0].user)
        with pytest.raises(TransitionBlocked) as refusal:
            actions.declare_no_conflict(panel, by=experts[1].user)
        assert refusal.value.reasons[0].code == "vacant"
        with pytest.raises(TransitionBlocked):
            drawing.name_representative(panel, threads.login("officer2"), **scenes.as_officer(call))
        drawing.name_representative(panel, threads.login("finance"), **scenes.as_officer(call))
        assert panel.seats.get(role="buyer").user == threads.login("finance")

    def test_nobody_gives_up_anothers_seat(self, call: Call) -> None:
        _found, panel = self.drawn(call)
        first, second = panel.seats.filter(role="expert").select_related("user")
        for who, organisation in ((second.user, None), (threads.login("approver"), call.project.buyer)):
            with pytest.raises(PermissionDenied):
                drawing.give_up_seat(panel, first, reason="？", by=who, organisation=organisation)
        with pytest.raises(TransitionBlocked):
            drawing.give_up_seat(panel, first, reason=" ", by=first.user)
        assert Seat.objects.filter(panel=panel).count() == 3


class TestPages:
    def test_the_officer_walks_through_the_draw(self, call: Call) -> None:
        client, path = scenes.client("officer1"), f"/workspace/awards/{call.pk}/draw/"
        page = client.get(path).content.decode()
        assert 'value="prepare"' in page
        assert (
            client.post(path, {"act": "prepare", "experts": "2", "representatives": [own(call)[0].pk]}).status_code
            == 302
        )
        found = Draw.objects.get()
        assert found.commitment in client.get(path).content.decode()
        assert client.post(path, {"act": "draw"}).status_code == 302
        page = client.get(path).content.decode()
        assert all(str(seat.user) in page for seat in Seat.objects.select_related("user"))

    @pytest.mark.parametrize(
        "given",
        [
            {},
            {"act": "nothing"},
            {"act": "prepare", "experts": "many"},
            {"act": "prepare", "experts": "9" * 50},
            {"act": "prepare", "experts": "2", "representatives": ["x"]},
            {"act": "prepare", "experts": "2", "representatives": ["99999999999999999999"]},
            {"act": "absent", "seat": "x", "reason": "?"},
            {"act": "absent", "seat": "٣", "reason": "?"},
        ],
    )
    def test_odd_input_is_named(self, call: Call, given: dict) -> None:
        answer = scenes.client("officer1").post(f"/workspace/awards/{call.pk}/draw/", given)
        assert answer.status_code == 400
        assert not Draw.objects.exists()

    def test_a_wrong_size_is_refused_with_its_rule(self, call: Call) -> None:
        answer = scenes.client("officer1").post(
            f"/workspace/awards/{call.pk}/draw/", {"act": "prepare", "experts": "4"}
        )
        assert answer.status_code == 409
        assert "P5" in answer.content.decode()

    def test_who_may_see_it(self, call: Call) -> None:
        path = f"/workspace/awards/{call.pk}/draw/"
        assert Client().get(path).status_code == 302
        assert scenes.client("approver").get(path).status_code == 403
        other = Organisation.objects.create(
            name="别市总工会", code="13330199MC90009998", kind="trade_union", region="330199"
        )
        stranger = scenes.colleague(other, "stranger", *Role)
        for name in (stranger, "regulator", "expert1", "supplier"):
            assert scenes.client(name).get(path).status_code in (403, 404), name
        assert scenes.client(stranger).get(path).status_code == 404
        assert scenes.client(stranger).post(path, {"act": "prepare", "experts": "2"}).status_code == 404

    def test_a_member_declares_or_gives_up_the_seat(self, call: Call) -> None:
        drawing.hold_draw(prepared(call), **scenes.as_officer(call))
        panel = panel_of(call)
        first, second = panel.seats.filter(role="expert").select_related("user")
        path = f"/workspace/awards/{panel.pk}/declare/"
        page = scenes.client(first.user).get(path).content.decode()
        assert all(bid.supplier.name in page for bid in Bid.objects.select_related("supplier"))
        assert scenes.client(first.user).post(path, {}).status_code == 400
        assert scenes.client(first.user).post(path, {"sure": "on"}).status_code == 302
        first.refresh_from_db()
        assert first.declared_at is not None
        assert scenes.client(second.user).post(path, {"act": "conflict", "reason": ""}).status_code == 400
        stranger = {"act": "conflict", "reason": "是", "bidder": call.project.buyer_id}
        assert scenes.client(second.user).post(path, stranger).status_code == 400
        given = {"act": "conflict", "reason": "三年内在其任职。", "bidder": Bid.objects.all()[0].supplier_id}
        assert scenes.client(second.user).post(path, given).status_code == 302
        assert not Seat.objects.filter(pk=second.pk).exists()
        assert scenes.client(second.user).get(path).status_code == 404
        assert scenes.client("officer1").get(path).status_code == 404

    def test_before_the_opening_no_bidder_is_named(self) -> None:
        call = Call.objects.get(project=threads.waiting("to-open"))
        members = [
            (threads.login("expert1"), "expert"),
            (threads.login("expert2"), "expert"),
            (threads.login("officer2"), "buyer"),
        ]
        actions.draw_panel(call, members, **scenes.as_officer(call))
        panel = panel_of(call)
        client, path = scenes.client("expert1"), f"/workspace/awards/{panel.pk}/declare/"
        page = client.get(path).content.decode()
        assert not any(bid.supplier.name in page for bid in Bid.objects.select_related("supplier"))
        assert client.post(path, {"sure": "on"}).status_code == 409
        assert not Seat.objects.filter(declared_at__isnull=False).exists()
