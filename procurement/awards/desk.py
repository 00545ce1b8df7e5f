"""What officers, panel members and approvers do up to the award."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import MandateAct, Role
from procurement.accounts.workspace.desk import Actor, deed, threads_of
from procurement.awards import actions, lowprice
from procurement.awards.enums import ChallengeKind
from procurement.awards.models import Award, Challenge, LowPriceRequest, Panel, Seat, Vacancy
from procurement.bids.desk import bids_to_us
from procurement.bids.enums import STILL_IN
from procurement.bids.models import Bid
from procurement.calls.desk import ours as our_calls
from procurement.calls.models import Call
from procurement.projects import notices
from procurement.projects.enums import NoticeKind
from procurement.rules import rulebook


def _our_panels(actor: Actor) -> QuerySet[Panel]:
    panels = Panel.objects.filter(threads_of(actor, MandateAct.PANEL, way="call__project"))
    return panels.select_related("call__project__buyer")


def _own_seats(actor: Actor) -> QuerySet[Panel]:
    return Panel.objects.filter(seats__user=actor.user).select_related("call__project__buyer")


def our_awards(actor: Actor, *acts: str) -> QuerySet[Award]:
    """Awards of the buyer acted for; for an agency those it may do one of ``acts`` for."""
    awards = Award.objects.filter(threads_of(actor, *acts, way="lot__call__project"))
    return awards.select_related("lot__call__project__buyer", "bid__supplier")


def award_facts(award: Award) -> list[tuple[Any, Any]]:
    ranking = award.lot.bids.filter(rank__isnull=False).select_related("supplier").order_by("rank")
    return [
        (_("Lot"), award.lot.title),
        (_("Ranking"), "\n".join(f"{bid.rank}. {bid.supplier.name} {bid.total}" for bid in ranking)),
        (_("Winner"), award.bid.supplier.name),
        (_("Amount"), f"{award.amount:,.2f}"),
    ]


def _to_refill(actor: Actor) -> QuerySet[Panel]:
    """Panels with a seat that was given up and is still empty."""
    same_place = Seat.objects.filter(panel=OuterRef("panel"), position=OuterRef("position"))
    empty = Vacancy.objects.filter(~Exists(same_place), panel=OuterRef("pk"))
    return _our_panels(actor).filter(Exists(empty), state="drawn")


def _low_bids(actor: Actor) -> QuerySet[Bid]:
    """Bids whose price triggers B4, or that were asked about it, and that nobody has settled yet."""
    open_bids = bids_to_us(actor, MandateAct.PANEL).filter(state__in=STILL_IN, low_price_accepted__isnull=True)
    calls = {bid.call.pk: bid.call for bid in open_bids.filter(lot__call__panel__state__in=["drawn", "declared"])}
    found = []
    for call in calls.values():
        rule = rulebook.find("B4", on=actor.at, region=call.project.buyer.region)
        if rule is not None and (call.final_opened_at or not call.has_final_offers):
            found += [bid.pk for bid, _rules in lowprice.triggered(call, rule)]
            found += list(lowprice.asked_by_the_panel(call).values_list("pk", flat=True))
    return bids_to_us(actor, MandateAct.PANEL).filter(pk__in=found)


def _asked(actor: Actor) -> QuerySet[LowPriceRequest]:
    asked = LowPriceRequest.objects.filter(bid__supplier=actor.organisation, bid__low_price_accepted__isnull=True)
    return asked.select_related("bid__lot__call__project__buyer")


def _open_seat(actor: Actor, **more: Any) -> QuerySet[Panel]:
    """Panels whose report this member has not signed yet."""
    return _own_seats(actor).filter(seats__user=actor.user, seats__signed_at__isnull=True, **more)


def on_its_page(*given: Any) -> None:
    """These deeds are done on pages of their own; the desk only leads there."""


deed(
    "panel.draw",
    _("Draw the panel"),
    [Role.OFFICER],
    mine=lambda actor: our_calls(actor, MandateAct.PANEL),
    waits=Q(state="opened") & (Q(panel__isnull=True) | Q(panel__state="forming")),
    do=on_its_page,
    page=lambda call: reverse("awards:draw", args=[call.pk]),
)
deed(
    "panel.replace",
    _("Fill a seat again"),
    [Role.OFFICER],
    mine=_to_refill,
    do=on_its_page,
    page=lambda panel: reverse("awards:draw", args=[panel.call_id]),
)
deed(
    "call.qualification",
    _("Check who qualifies"),
    [Role.OFFICER, Role.DRAFTER],
    mine=lambda actor: our_calls(actor, MandateAct.QUALIFICATION),
    waits=Q(state="opened", lots__bids__state="opened"),
    do=on_its_page,
    page=lambda call: reverse("awards:qualification", args=[call.pk]),
)
deed(
    "panel.declare",
    _("Declare no conflict of interest"),
    [],
    mine=lambda actor: _own_seats(actor).filter(seats__user=actor.user, seats__declared_at__isnull=True),
    waits=Q(state="drawn"),
    do=on_its_page,
    page=lambda panel: reverse("awards:declare", args=[panel.pk]),
)
deed(
    "bid.settle_low_price",
    _("Settle an abnormally low price"),
    [Role.OFFICER],
    mine=_low_bids,
    do=on_its_page,
    page=lambda bid: reverse("awards:low_price_judge", args=[bid.pk]),
)
deed(
    "bid.explain_low_price",
    _("Explain a low price"),
    [Role.SUPPLIER],
    mine=_asked,
    waits=Q(answered_at__isnull=True, due_at__gte=Now()),
    do=on_its_page,
    due="due_at",
    page=lambda asked: reverse("awards:low_price", args=[asked.bid_id]),
)
deed(
    "panel.start_scoring",
    _("Start scoring"),
    [Role.OFFICER],
    mine=_our_panels,
    waits=Q(state="declared"),
    move="start_scoring",
    do=lambda panel, actor, given: actions.start_scoring(panel, **actor.as_organisation),
)
deed(
    "panel.score",
    _("Score the bids"),
    [],
    mine=lambda actor: _open_seat(actor, seats__sheet_signed_at__isnull=True),
    waits=Q(state="scoring"),
    do=on_its_page,
    page=lambda panel: reverse("awards:score", args=[panel.pk]),
)
deed(
    "panel.sign",
    _("Sign the scoring report"),
    [],
    mine=_open_seat,
    waits=Q(state="scoring"),
    do=on_its_page,
    due="sign_until",
    page=lambda panel: reverse("awards:sign", args=[panel.pk]),
)
deed(
    "panel.close",
    _("Close the signing"),
    [Role.OFFICER],
    mine=_our_panels,
    waits=Q(state="scoring") & ~Q(seats__sheet_signed_at__isnull=True),
    do=on_its_page,
    due="sign_until",
    page=lambda panel: reverse("awards:signing", args=[panel.pk]),
)
deed(
    "award.confirm",
    _("Confirm an award"),
    [Role.APPROVER],
    mine=our_awards,
    waits=Q(state="proposed"),
    move="confirm",
    facts=award_facts,
    do=lambda award, actor, given: actions.confirm_award(award, **actor.as_organisation, **given),
)
deed(
    "award.publish_notice",
    _("Publish the result"),
    [Role.DRAFTER, Role.APPROVER],
    mine=lambda actor: our_awards(actor, MandateAct.NOTICES),
    waits=Q(state="confirmed"),
    move="publish_notice",
    facts=award_facts,
    preview=lambda award, actor: notices.preview(
        award.project, NoticeKind.RESULT, actions.result_fields(award, at=actor.at), at=actor.at
    ),
    do=lambda award, actor, given: actions.publish_result(award, **actor.as_organisation, **given),
)


def _results_of_ours(actor: Actor) -> QuerySet[Bid]:
    """Own bids of lots whose result is published."""
    out = Award.objects.filter(lot=OuterRef("lot"), noticed_at__isnull=False).exclude(state="revoked")
    return Bid.objects.filter(Exists(out), supplier=actor.organisation).select_related("lot__call__project__buyer")


def _calls_of_ours(actor: Actor) -> QuerySet[Call]:
    """Calls this supplier bid for or took the documents of."""
    taken = Q(takings__organisation=actor.organisation)
    bid = Q(lots__bids__supplier=actor.organisation, lots__bids__submitted_at__isnull=False)
    return Call.objects.filter(taken | bid).exclude(state__in=["draft", "cancelled"]).select_related("project__buyer")


def _replies_to(*kinds: str) -> Any:
    def waiting(actor: Actor) -> QuerySet[Challenge]:
        found = Challenge.objects.filter(kind__in=kinds, state="filed").select_related("call__project__buyer")
        if ChallengeKind.COMPLAINT in kinds:
            return found.exclude(call__project__buyer=actor.organisation)
        ours = threads_of(actor, MandateAct.REPLIES, way="call__project")
        return found.filter(ours).exclude(call__drafted_by=actor.user)

    return waiting


deed(
    "award.read",
    _("Read a result"),
    [Role.SUPPLIER, Role.SIGNATORY],
    mine=_results_of_ours,
    do=on_its_page,
    page=lambda bid: reverse("awards:own_result", args=[bid.pk]),
    optional=True,
)
deed(
    "challenge.file",
    _("Ask about a call, or challenge it"),
    [Role.SUPPLIER, Role.SIGNATORY],
    mine=_calls_of_ours,
    do=on_its_page,
    page=lambda call: reverse("awards:file", args=[call.pk]),
    optional=True,
)
deed(
    "challenge.reply",
    _("Reply to a query or a challenge"),
    [Role.OFFICER, Role.APPROVER],
    mine=_replies_to(ChallengeKind.QUERY, ChallengeKind.CHALLENGE),
    do=on_its_page,
    due="due_on",
    page=lambda found: reverse("awards:challenge", args=[found.pk]),
)
deed(
    "complaint.decide",
    _("Decide a complaint"),
    [Role.REGULATOR],
    mine=_replies_to(ChallengeKind.COMPLAINT),
    do=on_its_page,
    due="due_on",
    page=lambda found: reverse("awards:challenge", args=[found.pk]),
)
deed(
    "award.remedy",
    _("Settle what follows from an upheld challenge"),
    [Role.APPROVER],
    mine=our_awards,
    waits=Q(state="upheld") & ~Q(lot__call__project__state="terminated"),
    do=on_its_page,
    page=lambda award: reverse("awards:remedy", args=[award.pk]),
)

from procurement.awards import official_desk  # noqa: E402, F401 - registers the deed of the designated medium
