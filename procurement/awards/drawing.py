"""Acts around the draw: promise a seed, fix the candidates, draw, give up a seat, fill it again (P12, P13)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from procurement.accounts.models import Organisation, User
from procurement.accounts.permissions import acts_for
from procurement.awards import candidates, draw, guards, permissions
from procurement.awards.enums import DrawPurpose, SeatRole
from procurement.awards.models import Draw, Panel, Seat, Vacancy
from procurement.calls.models import Call
from procurement.common import sealing
from workflows import engine, jobs
from workflows.clock import act_time
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason


def _purpose(number: str) -> str:
    """Bound into the wrapped seed: it serves the draws of this call and nothing else."""
    return f"draw:{number}"


def _officer_only(call: Call, by: Any, organisation: Any) -> None:
    if not permissions.officer(call, engine.act_of(by, organisation)):
        raise PermissionDenied(_("Only an opening officer of the buyer holds the draw."))


def representatives_for(call: Call) -> Any:
    """Who may sit for the buyer: its own people, but not whoever drafted or approved the call."""
    staff = User.objects.filter(
        is_active=True, memberships__organisation=call.project.buyer, memberships__active=True
    ).exclude(pk__in=[pk for pk in (call.drafted_by_id, call.published_by_id) if pk])
    return staff.distinct().order_by("pk")


def prepare_reasons(call: Call, experts: int, own: int, *, by: Any, organisation: Any) -> list[Reason]:
    """Why a draw of this size cannot be prepared now (P5, P6)."""
    reasons = []
    panel = Panel.objects.filter(call=call).first()
    if call.state != "opened":
        message = _("The draw is held when the bids are open, so that conflicts can be seen.")
        reasons.append(Reason(message, code="state"))
    if panel is not None and panel.state != "forming":
        reasons.append(Reason(_("This panel has been drawn."), code="state"))
    reasons += guards.composed(call, experts + own, experts, engine.act_of(by, organisation))
    return reasons


def _refuse(reasons: Iterable[Reason], act: str, subject: Any) -> None:
    blocking = [reason for reason in reasons if reason.blocks]
    if blocking:
        raise TransitionBlocked(blocking, act=act, subject=subject)


@transaction.atomic
def prepare_draw(
    call: Call, *, experts: int, representatives: Sequence[Any], by: Any, organisation: Organisation
) -> Draw:
    """Promises a seed, then fixes the candidates; nothing is drawn yet. Raises ``TransitionBlocked`` (P5, P6, P12)."""
    call = Call.objects.select_for_update(of=("self",)).select_related("project__buyer").get(pk=call.pk)
    _officer_only(call, by, organisation)
    reasons = prepare_reasons(call, experts, len(representatives), by=by, organisation=organisation)
    allowed = set(representatives_for(call).values_list("pk", flat=True))
    if any(user.pk not in allowed for user in representatives):
        reasons.append(
            Reason(_("Whoever drafted or approved the call, or is not of the buyer, does not sit for it."), code="own")
        )
    _refuse(reasons, "panel.prepare_draw", call)
    panel = Panel.objects.filter(call=call).first()
    if panel is None:
        panel = engine.begin(Panel(call=call), by=by, organisation=organisation, action="form")
    return _promise(panel, DrawPurpose.FIRST, experts, representatives, by=by, organisation=organisation)


def _promise(
    panel: Panel, purpose: str, experts: int, representatives: Sequence[Any], *, by: Any, organisation: Organisation
) -> Draw:
    """First the promise is in the log, then the list is made: in this order, so that neither can suit the other."""
    call = panel.call
    if panel.draws.filter(drawn_at__isnull=True, dropped_at__isnull=True).exists():
        _refuse([Reason(_("A draw is prepared already."), code="prepared")], "panel.prepare_draw", panel)
    seed = secrets.token_bytes(draw.SEED_BYTES)
    found = Draw.objects.create(
        panel=panel,
        purpose=purpose,
        domain=call.project.domain,
        region=call.project.buyer.region,
        experts=experts,
        representatives=[user.pk for user in representatives],
        commitment=draw.commitment(seed),
        sealed_seed=sealing.wrap(seed, _purpose(call.number)),
        committed_at=act_time(),
        committed_by=by,
    )
    who: dict[str, Any] = {"by": by, "organisation": organisation}
    engine.note(panel, "promise_seed", **who, draw=found.pk, commitment=found.commitment, experts=experts)
    field = candidates.assemble(call, act_time())
    if len(field.eligible) < experts:
        message = _("The pool has %(count)s candidates for this call; %(needed)s are to be drawn.")
        _refuse(
            [Reason(message % {"count": len(field.eligible), "needed": experts}, code="pool")],
            "panel.prepare_draw",
            panel,
        )
    found.candidates, found.excluded, found.fixed_at = sorted(field.eligible), field.excluded, act_time()
    found.save(update_fields=["candidates", "excluded", "fixed_at"])
    engine.note(panel, "fix_candidates", **who, draw=found.pk, listing=draw.listing(found.candidates))
    return found


@transaction.atomic
def drop_draw(found: Draw, *, reason: str, by: Any, organisation: Organisation) -> Draw:
    """Gives up a prepared draw; it stays on record, its seed is never used."""
    found = Draw.objects.select_for_update(of=("self",)).get(pk=found.pk)
    _officer_only(found.panel.call, by, organisation)
    reasons = []
    if found.drawn_at or found.dropped_at:
        reasons.append(Reason(_("There is no draw to give up."), code="state"))
    if not reason.strip():
        reasons.append(Reason(_("Give the reason; it is published."), code="reason"))
    _refuse(reasons, "panel.drop_draw", found)
    found.dropped_at, found.dropped_reason = act_time(), reason
    found.save(update_fields=["dropped_at", "dropped_reason"])
    engine.note(found.panel, "drop_draw", by=by, organisation=organisation, reason=reason, draw=found.pk)
    return found


def _yield(found: Draw, number: str, wanted: int) -> tuple[bytes, list[str], list[dict[str, str]]]:
    """Seed, drawn, passed over: whoever ceased to be a candidate since the list was made is passed over."""
    seed = sealing.unwrap_bytes(bytes(found.sealed_seed), _purpose(number))
    now = candidates.assemble(found.panel.call, act_time()).eligible
    drawn: list[str] = []
    passed: list[dict[str, str]] = []
    for reference in draw.order(seed, number, found.candidates):
        if len(drawn) == wanted:
            break
        if reference in now:
            drawn.append(reference)
        else:
            passed.append({"reference": reference, "why": "elsewhere"})
    if len(drawn) < wanted:
        message = _("Only %(count)s of the candidates can still be drawn; prepare the draw anew.")
        _refuse([Reason(message % {"count": len(drawn)}, code="pool")], "panel.draw", found.panel)
    return seed, drawn, passed


@transaction.atomic
def hold_draw(found: Draw, *, by: Any, organisation: Organisation) -> Draw:
    """Draws: the seed is shown, the experts take their seats, and the panel is drawn (or its empty seats filled)."""
    found = Draw.objects.select_for_update(of=("self",)).select_related("panel__call__project__buyer").get(pk=found.pk)
    panel = Panel.objects.select_for_update(of=("self",)).get(pk=found.panel_id)
    call = found.panel.call
    _officer_only(call, by, organisation)
    if found.drawn_at or found.dropped_at:
        _refuse([Reason(_("This draw has been held."), code="state")], "panel.draw", panel)
    seed, drawn, passed = _yield(found, call.number, found.experts)
    found.seed, found.drawn, found.passed_over = seed.hex(), drawn, passed
    found.drawn_at, found.drawn_by = act_time(), by
    found.save(update_fields=["seed", "drawn", "passed_over", "drawn_at", "drawn_by"])
    people = candidates.users_of(drawn)
    who: dict[str, Any] = {"by": by, "organisation": organisation}
    facts: dict[str, Any] = {"draw": found.pk, "seed": found.seed, "drawn": drawn, "passed_over": passed}
    if found.purpose == DrawPurpose.FIRST:
        panel.seats.all().delete()
        for position, reference in enumerate(drawn):
            _seat(panel, people[reference], SeatRole.EXPERT, position, reference)
        own = User.objects.filter(pk__in=found.representatives).order_by("pk")
        for position, user in enumerate(own, start=len(drawn)):
            _seat(panel, user, SeatRole.BUYER, position)
        engine.perform(panel.draw, **who, members=len(drawn) + len(own), **facts)
    else:
        for position, reference in zip(_empty(panel, SeatRole.EXPERT), drawn, strict=False):
            _seat(panel, people[reference], SeatRole.EXPERT, position, reference)
        engine.note(panel, "replace_seat", **who, **facts)
    jobs.enqueue("panel.drawn", panel_id=panel.pk)
    return found


def _seat(panel: Panel, user: Any, role: str, position: int, reference: str = "") -> Seat:
    return Seat.objects.create(panel=panel, user=user, role=role, position=position, reference=reference)


def _empty(panel: Panel, role: str) -> list[int]:
    """Positions given up and not yet filled again, in order."""
    taken = set(panel.seats.values_list("position", flat=True))
    given_up = panel.vacancies.filter(role=role).values_list("position", flat=True)
    return sorted({position for position in given_up if position not in taken})


def empty_seats(panel: Panel) -> dict[str, int]:
    """How many seats of each role wait to be filled again."""
    return {str(role): len(_empty(panel, role)) for role in SeatRole}


@transaction.atomic
def give_up_seat(
    panel: Panel,
    seat: Seat,
    *,
    reason: str,
    conflict_with: Organisation | None = None,
    by: Any,
    organisation: Organisation | None = None,
) -> Panel:
    """A member has a conflict of interest, or an officer reports one who cannot come: the seat is given up (P13).

    An expert's place goes to the next in the order of the draw; a representative's to whom the buyer names.
    """
    panel = Panel.objects.select_for_update(of=("self",)).get(pk=panel.pk)
    kept = Seat.objects.select_for_update().filter(panel=panel, pk=seat.pk).first()
    if kept is None or (kept.user_id != by.pk and not permissions.officer(panel, engine.act_of(by, organisation))):
        raise PermissionDenied(_("This seat is not yours to give up."))
    own = kept.user_id == by.pk
    engine.perform(
        panel.vacate,
        by=by,
        organisation=None if own else organisation,
        reason=reason,
        seat=kept.position,
        conflict=conflict_with is not None,
    )
    _leave_empty(kept, reason=reason, conflict_with=conflict_with, by=by)
    if kept.role == SeatRole.EXPERT:
        _next_in_order(panel, by=by, organisation=None if own else organisation)
    return panel


def _leave_empty(seat: Seat, **why: Any) -> None:
    """The seat is gone; that it was there, and why it is not, stays on record."""
    kept = {name: getattr(seat, name) for name in ("panel", "user_id", "role", "position", "reference")}
    Vacancy.objects.create(**kept, at=act_time(), **why)
    seat.delete()


def _next_in_order(panel: Panel, *, by: Any, organisation: Organisation | None) -> None:
    """Seats the next of the newest draw who is still a candidate. Where none is left, a new draw is to be prepared."""
    found = panel.draws.filter(drawn_at__isnull=False).order_by("-drawn_at").first()
    if found is None:
        return
    now = candidates.assemble(panel.call, act_time()).eligible
    ordered = draw.order(bytes.fromhex(found.seed), panel.call.number, found.candidates)
    last = max(ordered.index(reference) for reference in _called(panel, found))
    passed: list[str] = []
    for reference in ordered[last + 1 :]:
        if reference not in now:
            passed.append(reference)
            continue
        _seat(panel, now[reference], SeatRole.EXPERT, _empty(panel, SeatRole.EXPERT)[0], reference)
        facts: dict[str, Any] = {"draw": found.pk, "reference": reference, "passed_over": passed}
        engine.note(panel, "replace_seat", by=by, organisation=organisation, **facts)
        jobs.enqueue("panel.drawn", panel_id=panel.pk)
        return


def _called(panel: Panel, found: Draw) -> set[str]:
    """Everybody of this draw who has had a seat on the panel."""
    had = {*panel.seats.values_list("reference", flat=True), *panel.vacancies.values_list("reference", flat=True)}
    return {*found.drawn, *(had & set(found.candidates))}


@transaction.atomic
def prepare_replacement(panel: Panel, *, by: Any, organisation: Organisation) -> Draw:
    """A second draw for seats that nobody of the first list can fill."""
    panel = Panel.objects.select_for_update(of=("self",)).get(pk=panel.pk)
    _officer_only(panel.call, by, organisation)
    wanted = len(_empty(panel, SeatRole.EXPERT))
    if panel.state != "drawn" or not wanted:
        _refuse([Reason(_("No expert's seat waits to be filled."), code="state")], "panel.prepare_draw", panel)
    return _promise(panel, DrawPurpose.REPLACEMENT, wanted, (), by=by, organisation=organisation)


@transaction.atomic
def name_representative(panel: Panel, user: Any, *, by: Any, organisation: Organisation) -> Seat:
    """The buyer names somebody else where its representative has given up the seat."""
    panel = Panel.objects.select_for_update(of=("self",)).get(pk=panel.pk)
    if not acts_for(engine.act_of(by, organisation), panel.project.buyer, "officer"):
        raise PermissionDenied(_("Only an opening officer of the buyer names its representative."))
    empty = _empty(panel, SeatRole.BUYER)
    gone = {*panel.vacancies.values_list("user", flat=True), *panel.seats.values_list("user", flat=True)}
    reasons = []
    if panel.state != "drawn" or not empty:
        reasons.append(Reason(_("No representative's seat waits to be filled."), code="state"))
    if user.pk in gone or not representatives_for(panel.call).filter(pk=user.pk).exists():
        reasons.append(
            Reason(_("Whoever drafted or approved the call, or is not of the buyer, does not sit for it."), code="own")
        )
    _refuse(reasons, "panel.replace_seat", panel)
    seat = _seat(panel, user, SeatRole.BUYER, empty[0])
    engine.note(panel, "replace_seat", by=by, organisation=organisation, seat=seat.position)
    return seat
