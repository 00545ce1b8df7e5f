"""For whom an organisation runs a thread: its own as the buyer, or a buyer's by mandate (采购法 art 20, 条例 art 13).

The one place that says so: permissions, doors, desks and tables of every stage ask here. Answered from the rows of
the organisation, without importing the models: machines of this stage name these functions too.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from procurement.accounts.enums import MandateAct, OrganisationKind, Role
from procurement.accounts.permissions import acts_for, manages, roles_of
from workflows import chain
from workflows.machine import Act
from workflows.models import Machine

if TYPE_CHECKING:
    from procurement.accounts.models import Mandate, Organisation

BY_MANDATE = {str(Role.DRAFTER), str(Role.OFFICER)}  # the roles of an agency's people that a mandate puts to work
ALL = tuple(str(act) for act in MandateAct)


def holds(at: datetime) -> Q:
    """Mandates in force at ``at``: on both days they name and between them, until the buyer revokes them."""
    day = timezone.localdate(at)
    return Q(Q(ended_at__isnull=True) | Q(ended_at__gt=at), valid_from__lte=day, valid_until__gte=day)


def _is_agency(organisation: Organisation | None) -> bool:
    return organisation is not None and organisation.kind == OrganisationKind.AGENCY


def covering(mandates: QuerySet[Mandate], project: Any) -> QuerySet[Mandate]:
    """Those of ``mandates`` that are for this thread: general ones of its buyer, and those for it by name."""
    return mandates.filter(Q(thread="") | Q(thread=project.number), buyer=project.buyer_id)


def acts_of(organisation: Organisation | None, project: Any, at: datetime) -> frozenset[str]:
    """What of this thread is this organisation's to do: of its buyer everything, of an agency what its mandates say."""
    if organisation is None:
        return frozenset()
    if organisation.pk == project.buyer_id:
        return frozenset(ALL)
    if not _is_agency(organisation):
        return frozenset()
    found = covering(organisation.mandates.filter(holds(at)), project).values_list("acts", flat=True)
    return frozenset(act for acts in found for act in acts)


def threads_of(organisation: Organisation | None, at: datetime, *acts: str, way: str = "project") -> Q:
    """A filter of rows whose thread the organisation runs: as the buyer, or by a mandate that covers one of ``acts``.

    ``way`` leads from the row to its project, empty where the row is the project. Without ``acts`` the buyer's alone.
    """
    if organisation is None:
        return Q(pk__in=[])
    to = f"{way}__" if way else ""
    if not _is_agency(organisation):
        return Q(**{f"{to}buyer": organisation})
    held = organisation.mandates.filter(
        holds(at),
        Q(thread="") | Q(thread=OuterRef(f"{to}number")),
        buyer=OuterRef(f"{to}buyer"),
        acts__overlap=[str(act) for act in acts],
    )
    return Q(Exists(held)) if acts else Q(pk__in=[])


def grants(user: Any, organisation: Organisation | None, roles: frozenset[str], at: datetime) -> bool:
    """Whether somebody with ``roles`` gives mandates for this buyer: its approvers and managers."""
    if organisation is None or not organisation.is_buyer:
        return False
    return Role.APPROVER in roles or manages(user, organisation, at)


def acts_for_buyer(act: Act, project: Any, covered: str, *roles: str) -> bool:
    """Whether the act is done for the thread's buyer in one of ``roles``, or for an agency that may do it for it."""
    if acts_for(act, project.buyer, *roles):
        return True
    if not _is_agency(act.organisation) or covered not in acts_of(act.organisation, project, act.at):
        return False
    return bool(roles_of(act.by, act.organisation, act.at) & BY_MANDATE & set(map(str, roles)))


def agencies(project: Any, at: datetime, *acts: str) -> list[Organisation]:
    """Who holds a mandate for this thread at ``at`` (for one of ``acts``, where some are named), by name."""
    held = covering(project.buyer.mandates_given.filter(holds(at)), project).select_related("agency")
    if acts:
        held = held.filter(acts__overlap=[str(act) for act in acts])
    return list({mandate.agency_id: mandate.agency for mandate in held.order_by("agency__name")}.values())


def has_worked_on(project: Any) -> list[Organisation]:
    """Agencies whose mandate for this thread holds or held at any time: none of them may bid in it (P14)."""
    held = covering(project.buyer.mandates_given.all(), project).select_related("agency")
    begun = timezone.localdate(project.formed_at)
    return [mandate.agency for mandate in held if mandate.valid_until >= begun and _not_ended_before(mandate, project)]


def _not_ended_before(mandate: Mandate, project: Any) -> bool:
    return mandate.ended_at is None or mandate.ended_at >= project.formed_at


@chain.tells
def on_whose_behalf(subject: Machine, act: Act) -> dict[str, Any]:
    """What the log adds to an agency's act: the buyer it was done for, and the numbers of the agreements."""
    project = getattr(subject, "project", None) or (subject if hasattr(subject, "buyer_id") else None)
    if project is None or not _is_agency(act.organisation):
        return {}
    held = covering(act.organisation.mandates.filter(holds(act.at)), project).order_by("pk")
    return {"on_behalf_of": project.buyer_id, "mandates": list(held.values_list("number", flat=True))}
