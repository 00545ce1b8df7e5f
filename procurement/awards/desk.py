"""What officers, panel members and approvers do up to the award."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms as django_forms
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from procurement.accounts import pool
from procurement.accounts.enums import Role
from procurement.accounts.models import User
from procurement.accounts.workspace import forms
from procurement.accounts.workspace.desk import Actor, deed
from procurement.awards import actions, lowprice
from procurement.awards.models import Award, Panel, Score
from procurement.bids.desk import bids_to_us
from procurement.bids.enums import STILL_IN
from procurement.bids.models import Bid
from procurement.calls.desk import facts as call_facts
from procurement.calls.desk import ours as our_calls
from procurement.calls.enums import CriterionKind
from procurement.calls.models import Call
from procurement.rules import rulebook


def _our_panels(actor: Actor) -> QuerySet[Panel]:
    return Panel.objects.filter(call__project__buyer=actor.organisation).select_related("call__project__buyer")


def _own_seats(actor: Actor) -> QuerySet[Panel]:
    return Panel.objects.filter(seats__user=actor.user).select_related("call__project__buyer")


def our_awards(actor: Actor) -> QuerySet[Award]:
    awards = Award.objects.filter(lot__call__project__buyer=actor.organisation)
    return awards.select_related("lot__call__project__buyer", "bid__supplier")


def award_facts(award: Award) -> list[tuple[Any, Any]]:
    ranking = award.lot.bids.filter(rank__isnull=False).select_related("supplier").order_by("rank")
    return [
        (_("Lot"), award.lot.title),
        (_("Ranking"), "\n".join(f"{bid.rank}. {bid.supplier.name} {bid.total}" for bid in ranking)),
        (_("Winner"), award.bid.supplier.name),
        (_("Amount"), f"{award.amount:,.2f}"),
    ]


def _draw_fields(call: Call, actor: Actor) -> forms.Fields:
    staff = User.objects.filter(memberships__organisation=actor.organisation, memberships__active=True)
    return {
        "experts": forms.number(_("How many experts"), 1, 20, initial=2, help_text=_("Drawn at random from the pool.")),
        "own": django_forms.ModelChoiceField(
            staff.exclude(pk=call.drafted_by_id).distinct(),
            label=_("The buyer's representative"),
            required=False,
        ),
    }


def _draw(call: Call, actor: Actor, given: dict[str, Any]) -> str:
    bidders = [bid.supplier for bid in Bid.objects.filter(lot__call=call).select_related("supplier")]
    members = [(user, "expert") for user in pool.draw(given["experts"], actor.organisation, *bidders)]
    if given["own"]:
        members.append((given["own"], "buyer"))
    panel = actions.draw_panel(call, members, **actor.as_organisation)
    return now("Drawn: %(names)s.") % {
        "names": "、".join(str(seat.user) for seat in panel.seats.select_related("user"))
    }


def _low_bids(actor: Actor) -> QuerySet[Bid]:
    """Bids whose price triggers B4 and that nobody has settled yet."""
    open_bids = bids_to_us(actor).filter(state__in=STILL_IN, low_price_accepted__isnull=True)
    calls = {bid.call.pk: bid.call for bid in open_bids.filter(lot__call__panel__state="declared")}
    found = []
    for call in calls.values():
        rule = rulebook.find("B4", on=actor.at, region=call.project.buyer.region)
        if rule is not None and (call.final_opened_at or not call.has_final_offers):
            found += [bid.pk for bid, _rules in lowprice.triggered(call, rule)]
    return bids_to_us(actor).filter(pk__in=found)


def _living(panel: Panel) -> list[Bid]:
    bids = Bid.objects.filter(lot__call=panel.call, lot__failed_reason="", state__in=STILL_IN)
    return list(bids.select_related("supplier", "lot").order_by("pk"))


def _sheet_fields(panel: Panel, actor: Actor) -> forms.Fields:
    """One number for each living bid and judged criterion, with what this member has given before."""
    rows = Score.objects.filter(sheet__seat__panel=panel, sheet__seat__user=actor.user)
    given = {
        (bid, criterion): points for bid, criterion, points in rows.values_list("sheet__bid", "criterion", "points")
    }
    criteria = [c for c in panel.call.criteria.all() if c.kind == CriterionKind.JUDGED]
    return {
        f"b{bid.pk}_{criterion.pk}": forms.points(
            f"{bid.supplier.name} · {criterion.name}",
            criterion.weight,
            initial=given.get((bid.pk, criterion.pk)),
            help_text=now("0 to %(weight)s. %(rule)s")
            % {"weight": f"{criterion.weight.normalize():f}", "rule": criterion.rule},
        )
        for bid in _living(panel)
        for criterion in criteria
    }


@transaction.atomic
def _score(panel: Panel, actor: Actor, given: dict[str, Any]) -> str:
    codes = {c.pk: c.code for c in panel.call.criteria.all()}
    for bid in _living(panel):
        prefix = f"b{bid.pk}_"
        points: dict[str, Decimal] = {
            codes[int(name.removeprefix(prefix))]: value for name, value in given.items() if name.startswith(prefix)
        }
        actions.save_scores(panel, bid, points, by=actor.user)
    return now("Your scores are saved. Change them until you sign.")


def _panel_facts(panel: Panel) -> list[tuple[Any, Any]]:
    return [
        (_("Call"), panel.call.number),
        (_("Bidders"), "\n".join(bid.supplier.name for bid in _living(panel))),
        *call_facts(panel.call)[-1:],
    ]


unsigned = Q(seats__signed_at__isnull=True)

deed(
    "panel.draw",
    _("Draw the panel"),
    [Role.OFFICER],
    mine=our_calls,
    waits=Q(state="opened") & (Q(panel__isnull=True) | Q(panel__state="forming")),
    facts=call_facts,
    fields=_draw_fields,
    do=_draw,
)
deed(
    "panel.declare",
    _("Declare no conflict of interest"),
    [],
    mine=lambda actor: _own_seats(actor).filter(seats__user=actor.user, seats__declared_at__isnull=True),
    waits=Q(state="drawn"),
    facts=_panel_facts,
    fields=lambda panel, actor: {
        "sure": forms.sure(
            _(
                "Within three years I was not employed by a bidder, nor its director, supervisor or controlling"
                " holder; I am no close relative of its head; nothing else affects my fairness."
            )
        )
    },
    do=lambda panel, actor, given: actions.declare_no_conflict(panel, by=actor.user),
)
deed(
    "bid.settle_low_price",
    _("Settle an abnormally low price"),
    [Role.OFFICER],
    mine=_low_bids,
    fields=lambda bid, actor: {
        "explanation": forms.text(_("The bidder's explanation, and what the panel makes of it")),
        "accepted": django_forms.BooleanField(label=_("The panel accepts it"), required=False),
    },
    do=lambda bid, actor, given: actions.settle_low_price(bid, **actor.as_organisation, **given),
    help=_("The bidder has at least 30 minutes to explain. Not accepted: the bid is rejected."),
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
    mine=lambda actor: _own_seats(actor).filter(seats__user=actor.user, seats__signed_at__isnull=True),
    waits=Q(state="scoring"),
    facts=_panel_facts,
    fields=_sheet_fields,
    do=_score,
)
deed(
    "panel.sign",
    _("Sign the scoring report"),
    [],
    mine=lambda actor: _own_seats(actor).filter(seats__user=actor.user, seats__signed_at__isnull=True),
    waits=Q(state="scoring"),
    fields=lambda panel, actor: {"dissent": forms.text(_("Dissent, if any"), 4000, required=False)},
    do=lambda panel, actor, given: actions.sign_report(panel, by=actor.user, **given),
    hurts=True,
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
    mine=our_awards,
    waits=Q(state="confirmed"),
    move="publish_notice",
    facts=award_facts,
    do=lambda award, actor, given: actions.publish_result(award, **actor.as_organisation, **given),
)
