"""Who gets to which page: strangers find nothing there, colleagues with another role are told so (DESIGN §4)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from procurement.accounts.enums import MandateAct, Role
from procurement.accounts.workspace.desk import Actor, threads_of
from procurement.accounts.workspace.views import actor_of
from procurement.awards.models import Award, Challenge, Panel, Seat
from procurement.bids.models import Bid
from procurement.calls.models import Call


def _with_role(actor: Actor, *roles: str) -> None:
    if not set(map(str, roles)) & actor.roles:
        raise PermissionDenied(_("This is done by somebody with another role."))


def _row(found: QuerySet[Any], pk: int) -> Any:
    row = found.filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def own_call(request: HttpRequest, pk: int, *roles: str, covered: str) -> tuple[Call, Actor]:
    """A call of the buyer this person acts for, itself or by a mandate that has ``covered``."""
    actor = actor_of(request)
    call = _row(Call.objects.filter(threads_of(actor, covered)).select_related("project__buyer"), pk)
    _with_role(actor, *roles)
    return call, actor


def own_panel(request: HttpRequest, pk: int, *roles: str) -> tuple[Panel, Actor]:
    """The panel of a call of the buyer this person acts for, itself or by mandate."""
    actor = actor_of(request)
    panels = Panel.objects.filter(threads_of(actor, MandateAct.PANEL, way="call__project"))
    panel = _row(panels.select_related("call__project__buyer"), pk)
    _with_role(actor, *roles)
    return panel, actor


def own_seat(request: HttpRequest, pk: int) -> tuple[Panel, Seat, Actor]:
    """The panel on which this very person sits; membership in an organisation opens nothing here."""
    actor = actor_of(request)
    seat = _row_of_seat(actor, pk)
    return seat.panel, seat, actor


def _row_of_seat(actor: Actor, pk: int) -> Seat:
    seat = Seat.objects.filter(panel=pk, user=actor.user).select_related("panel__call__project__buyer", "user").first()
    if seat is None:
        raise Http404
    return seat


def bid_to_us(request: HttpRequest, pk: int, *roles: str, covered: str) -> tuple[Bid, Actor]:
    """An opened bid for a call of the buyer this person acts for, itself or by a mandate that has ``covered``."""
    actor = actor_of(request)
    bids = Bid.objects.filter(threads_of(actor, covered, way="lot__call__project"), opened_at__isnull=False)
    bid = _row(bids.select_related("lot__call__project__buyer", "supplier"), pk)
    _with_role(actor, *roles)
    return bid, actor


def own_bid(request: HttpRequest, pk: int, *roles: str) -> tuple[Bid, Actor]:
    """A bid of the supplier this person acts for."""
    actor = actor_of(request)
    bids = Bid.objects.filter(supplier=actor.organisation)
    bid = _row(bids.select_related("lot__call__project__buyer", "supplier"), pk)
    _with_role(actor, *roles)
    return bid, actor


def challenges_seen_by(actor: Actor) -> QuerySet[Challenge]:
    """What this person reads: the own filings, those about the own calls, everything for the supervisors."""
    found = Challenge.objects.select_related("call__project__buyer", "supplier", "award__bid__supplier", "against")
    if actor.organisation is None:
        return found.none()
    if Role.REGULATOR in actor.roles:
        return found
    own, ours = Q(supplier=actor.organisation), threads_of(actor, MandateAct.REPLIES, way="call__project")
    roles = set(actor.roles)
    mine = own if roles & {Role.SUPPLIER, Role.SIGNATORY} else Q(pk__in=[])
    to_us = ours if roles & {Role.DRAFTER, Role.APPROVER, Role.OFFICER, Role.SIGNATORY} else Q(pk__in=[])
    return found.filter(mine | to_us)


def challenge_of(request: HttpRequest, pk: int) -> tuple[Challenge, Actor]:
    """One filing, for those who may read it."""
    actor = actor_of(request)
    return _row(challenges_seen_by(actor), pk), actor


def call_to_challenge(request: HttpRequest, pk: int) -> tuple[Call, Actor]:
    """A published call about which this supplier could file something; nobody else's business."""
    actor = actor_of(request)
    taken = Q(takings__organisation=actor.organisation)
    bid = Q(lots__bids__supplier=actor.organisation, lots__bids__submitted_at__isnull=False)
    calls = Call.objects.filter(taken | bid) if actor.organisation else Call.objects.none()
    call = _row(calls.exclude(state="draft").select_related("project__buyer").distinct(), pk)
    _with_role(actor, Role.SUPPLIER, Role.SIGNATORY)
    return call, actor


def own_award(request: HttpRequest, pk: int, *roles: str) -> tuple[Award, Actor]:
    """An award of the buyer this person acts for."""
    actor = actor_of(request)
    awards = Award.objects.filter(lot__call__project__buyer=actor.organisation)
    award = _row(awards.select_related("lot__call__project__buyer", "bid__supplier"), pk)
    _with_role(actor, *roles)
    return award, actor
