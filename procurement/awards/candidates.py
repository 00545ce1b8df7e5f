"""Who can be drawn for a call's panel, and who not, by data: employment, dealings, declared ties (P12, P13)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from procurement.accounts import mandates, pool
from procurement.accounts.models import Employment, Interest, Membership, Organisation, User
from procurement.awards.models import Award, Panel, Vacancy
from procurement.calls.models import Call
from procurement.common.days import years_before
from procurement.rules import rulebook

# why somebody of the pool is not among the candidates; the public record shows these words and never whose
WHY = {
    "staff": _("belongs to the buyer, to its agency or to a bidder"),
    "employment": _("was employed by one of them within the years the rule names"),
    "tie": _("declared a tie to one of them"),
    "dealings": _("own organisation was awarded by or to one of them within these years"),
    "withdrew": _("gave up a seat because of a conflict with one of them"),
    "seated": _("sits on this panel, or gave up a seat on it"),
    "elsewhere": _("works in another field or region, or cannot come"),
}


def reference(user: Any) -> str:
    """How a candidate is named in a draw: by number, never by name."""
    return f"E{user.pk:06d}"


@dataclass(frozen=True)
class Field:
    """The pool as one draw sees it. ``excluded``: reference, reasons (keys of ``WHY``), organisations named."""

    eligible: dict[str, Any]
    excluded: list[dict[str, Any]]


def bidders_of(call: Call) -> list[Organisation]:
    """Whoever's bid was opened; before the opening nobody is told who bid, so nobody is named here either."""
    found = Organisation.objects.filter(bids__lot__call=call, bids__opened_at__isnull=False)
    return list(found.distinct().order_by("pk"))


def assemble(call: Call, at: datetime) -> Field:
    """Everybody of the pool, sorted into candidates and those whom data excludes; a fixed number of queries."""
    project, bidders = call.project, bidders_of(call)
    # who works for the agency does not judge what it runs (令87 art 47)
    parties = [*bidders, project.buyer, *mandates.agencies(project, at)]
    everybody = {user.pk: user for user in pool.experts()}
    fit = pool.candidates(project.domain, project.buyer.region, bidders, at, buyer=project.buyer)
    free = set(fit.values_list("pk", flat=True))
    since = _since(call, at)
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for ties in (
        _staff(parties),
        _employed(parties, since),
        _tied(parties, at),
        _dealings(project.buyer, bidders, since),
        _withdrew(bidders),
        _seated(call),
    ):
        for pk, why, named in ties:
            if (why, named) not in found[pk]:
                found[pk].append((why, named))
    excluded = []
    for pk, user in everybody.items():
        reasons = found.get(pk) or ([] if pk in free else [("elsewhere", "")])
        if reasons:
            excluded.append({"reference": reference(user), "reasons": [list(pair) for pair in reasons]})
    out = {row["reference"] for row in excluded}
    eligible = {reference(user): user for user in everybody.values() if reference(user) not in out}
    return Field(eligible, excluded)


def _since(call: Call, at: datetime) -> date:
    rule = rulebook.find("P13", on=at, region=call.project.buyer.region)
    if rule is None:
        return date.min  # no rule says when a tie is over
    return years_before(timezone.localdate(at), int(rule.values["years"]))


Ties = Iterable[tuple[int, str, str]]


def _named(parties: list[Organisation]) -> Q:
    codes = [party.code for party in parties if party.code]
    return Q(organisation__in=parties) | Q(code__in=codes) | Q(name__in=[party.name for party in parties])


def _staff(parties: list[Organisation]) -> Ties:
    """Members of a party, and those who were: a membership that ended does not say when."""
    rows = Membership.objects.filter(organisation__in=parties)
    for user, active, name in rows.values_list("user", "active", "organisation__name"):
        yield user, "staff" if active else "employment", name


def _employed(parties: list[Organisation], since: date) -> Ties:
    lasted = Q(ended__isnull=True) | Q(ended__gte=since)
    for row in Employment.objects.filter(_named(parties) & lasted).select_related("organisation"):
        yield row.expert_id, "employment", row.named


def _tied(parties: list[Organisation], at: datetime) -> Ties:
    holds = Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=at)
    for row in Interest.objects.filter(_named(parties) & holds).select_related("organisation"):
        yield row.expert_id, "tie", row.named


def _dealings(buyer: Organisation, bidders: list[Organisation], since: date) -> Ties:
    """Staff of whoever bought from a bidder, or sold to this buyer, within the years of P13."""
    recent = Award.objects.filter(confirmed_at__date__gte=since)
    pairs = list(
        recent.filter(bid__supplier__in=bidders).values_list("lot__call__project__buyer", "bid__supplier__name")
    )
    pairs += recent.filter(lot__call__project__buyer=buyer).values_list(
        "bid__supplier", "lot__call__project__buyer__name"
    )
    by_house: dict[int, set[str]] = defaultdict(set)
    for house, other in pairs:
        by_house[house].add(other)
    staff = Membership.objects.filter(active=True, organisation__in=by_house)
    for user, house in staff.values_list("user", "organisation"):
        for other in sorted(by_house[house]):
            yield user, "dealings", other


def _withdrew(bidders: list[Organisation]) -> Ties:
    rows = Vacancy.objects.filter(conflict_with__in=bidders)
    for user, name in rows.values_list("user", "conflict_with__name"):
        yield user, "withdrew", name


def _seated(call: Call) -> Ties:
    for panel in Panel.objects.filter(call=call):
        for user in [*panel.seats.values_list("user", flat=True), *panel.vacancies.values_list("user", flat=True)]:
            yield user, "seated", ""


def users_of(references: Iterable[str]) -> dict[str, Any]:
    """The people behind references of a draw."""
    keys = {int(found.removeprefix("E")): found for found in references}
    return {keys[user.pk]: user for user in User.objects.filter(pk__in=keys)}
