"""May anything be bought this way now? (RULES §1)"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from procurement.accounts.enums import OrganisationKind, Staffing
from procurement.common.days import years_later
from procurement.projects.enums import NegativeItem
from procurement.rules import rulebook
from workflows.machine import Act
from workflows.reasons import Reason

MASS_ORGANISATIONS = (
    OrganisationKind.TRADE_UNION,
    OrganisationKind.YOUTH_LEAGUE,
    OrganisationKind.WOMENS_FEDERATION,
    OrganisationKind.DISABLED_FEDERATION,
    OrganisationKind.OTHER_MASS_ORGANISATION,
)


def has_published_reason(project: Any, act: Act) -> Iterator[Reason]:
    if not act.preview and not act.reason.strip():
        yield Reason(_("Give the reason; it is published."), code="reason")


def buyer_may_buy(project: Any, act: Act) -> Iterator[Reason]:
    """W1, W2: who may spend fiscal money this way (令102 art 5, 8, 33)."""
    buyer = project.buyer
    rule = rulebook.find("W1", on=act.at, region=buyer.region)
    if rule is not None and not buyer.is_buyer:
        yield rule.reason(_("%(name)s is not an organisation that buys services.") % {"name": buyer})
    if not project.fiscal:
        return
    rule = rulebook.find("W2", on=act.at, region=buyer.region)
    if rule is not None and buyer.staffing == Staffing.PUBLIC_INSTITUTION:
        yield rule.reason(
            _(
                "%(name)s is on public-institution staffing paid by the budget:"
                " with fiscal money it is neither buyer nor supplier."
            )
            % {"name": buyer}
        )
    rule = rulebook.find("W1", on=act.at, region=buyer.region)
    if rule is not None and buyer.kind in MASS_ORGANISATIONS and buyer.staffing == Staffing.NONE:
        yield rule.reason(
            _("%(name)s has no administrative staffing: it does not buy services with fiscal money.") % {"name": buyer}
        )


def negative_list_ticked(project: Any, act: Act) -> Iterator[Reason]:
    """W4: "none of these" for each item, with name and time (令102 art 10)."""
    rule = rulebook.find("W4", on=act.at, region=project.buyer.region)
    if rule is None:
        return
    ticked = set(project.ticks.values_list("item", flat=True))
    missing = [str(item.label) for item in NegativeItem if item not in ticked]
    if missing:
        yield rule.reason(_("Not yet declared: %(items)s.") % {"items": "; ".join(missing)})


def in_catalogue_and_budget(project: Any, act: Act) -> Iterator[Reason]:
    """W5: in the buyer's catalogue, and the budget line has enough left (令102 art 11–16)."""
    rule = rulebook.find("W5", on=act.at, region=project.buyer.region)
    if rule is None:
        return
    item, line = project.catalogue_item, project.budget_line
    if item.organisation_id != project.buyer_id or not item.active:
        yield rule.reason(_("“%(item)s” is not in the buyer's guidance catalogue.") % {"item": item})
    if line.organisation_id != project.buyer_id:
        yield rule.reason(_("The budget line belongs to another organisation."))
    if not line.active:
        yield rule.reason(_("The budget line “%(line)s” is out of use.") % {"line": line})
    if line.fund_source != project.fund_source:
        yield rule.reason(_("The budget line is for another source of funds."))
    yield from budget_line_has_room(project, act)


def budget_line_has_room(project: Any, act: Act) -> Iterator[Reason]:
    """W5: what other projects have left of the budget line covers the budget; a failed project gave its part back."""
    rule, line = rulebook.find("W5", on=act.at, region=project.buyer.region), project.budget_line
    left = line.left(without=project.pk)
    if rule is not None and project.budget > left:
        yield rule.reason(
            _("The budget of %(budget)s yuan is more than the %(left)s yuan left in “%(line)s”.")
            % {"budget": project.budget, "left": left, "line": line},
            left=str(left),
        )


def term_length(project: Any, act: Act) -> Iterator[Reason]:
    """C2: at most one year (令102 art 24)."""
    rule = rulebook.find("C2", on=act.at, region=project.buyer.region)
    if rule is None:
        return
    years = int(rule.values.get("max_years", 1))
    if project.term_end >= years_later(project.term_start, years):
        yield rule.reason(
            ngettext("The term is longer than %(years)s year.", "The term is longer than %(years)s years.", years)
            % {"years": years}
        )


def asked_residents(project: Any, act: Act) -> Iterator[Reason]:
    """A2: what residents need is asked of them before a public service is bought (条例 art 15)."""
    rule = rulebook.find("A2", on=act.at, region=project.buyer.region)
    if rule is not None and not project.need_links.exists():
        yield rule.reason(_("No need raised by residents stands behind this project."))


def drafter_is_not_approver(project: Any, act: Act) -> Iterator[Reason]:
    if not act.preview and act.by is not None and act.by.pk == project.drafted_by_id:
        yield Reason(_("Who drafted a project does not approve it."), code="four_eyes")
