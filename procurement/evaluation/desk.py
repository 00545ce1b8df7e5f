"""What is done from the last payment to the published verdict."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import OrganisationKind, Role
from procurement.accounts.models import Organisation
from procurement.accounts.workspace import forms
from procurement.accounts.workspace.desk import Actor, deed
from procurement.common.pdf import absolute
from procurement.contracts.desk import as_buyer as our_contracts
from procurement.contracts.desk import facts as contract_facts
from procurement.contracts.models import Contract
from procurement.evaluation import actions
from procurement.evaluation.models import Evaluation


def _evaluations(actor: Actor, **party: Any) -> QuerySet[Evaluation]:
    found = Evaluation.objects.filter(**party) if actor.organisation else Evaluation.objects.none()
    return found.select_related(
        "contract__award__lot__call__project__buyer", "contract__award__bid__supplier", "survey"
    )


def of_buyer(actor: Actor) -> QuerySet[Evaluation]:
    return _evaluations(actor, contract__award__lot__call__project__buyer=actor.organisation)


def as_supplier(actor: Actor) -> QuerySet[Evaluation]:
    return _evaluations(actor, contract__award__bid__supplier=actor.organisation)


def as_station(actor: Actor) -> QuerySet[Evaluation]:
    return _evaluations(actor, station_ratings__station=actor.organisation, station_ratings__score__isnull=True)


def facts(evaluation: Evaluation) -> list[tuple[Any, Any]]:
    sample = actions.sample(evaluation)
    margin = sample["margin"]
    return [
        (_("Supplier"), evaluation.contract.supplier.name),
        (_("People served"), sample["population"]),
        (_("Answers"), now("%(answers)s of %(needed)s needed") % sample),
        (_("Margin"), f"± {margin}" if margin is not None else ""),
        (_("Total"), evaluation.total),
        (_("Grade"), evaluation.grade),
    ]


def _open_fields(contract: Contract, actor: Actor) -> forms.Fields:
    stations = Organisation.objects.filter(kind=OrganisationKind.STATION).order_by("name")
    asked = contract.project.needs.values_list("station", flat=True)
    return {
        "population": forms.number(_("People served"), 1, initial=contract.project.beneficiaries),
        "stations": django_forms.ModelMultipleChoiceField(
            stations,
            label=_("Stations that rate"),
            widget=django_forms.CheckboxSelectMultiple,
            initial=list(asked),
        ),
    }


def _open(contract: Contract, actor: Actor, given: dict[str, Any]) -> Any:
    return actions.open_evaluation(
        contract, **actor.as_organisation, population=given["population"], stations=list(given["stations"])
    )


def _codes(evaluation: Evaluation, actor: Actor, given: dict[str, Any]) -> dict[str, Any]:
    codes = actions.make_codes(evaluation, given["count"], **actor.as_organisation)
    return {
        "title": now("Codes to hand out"),
        "text": now("Print this page now: the codes are shown once and kept nowhere. One person, one code."),
        "lines": [f"{code} · {absolute(f'/s/{code}/')}" for code in codes],
    }


deed(
    "evaluation.open",
    _("Open the evaluation"),
    [Role.DRAFTER],
    mine=our_contracts,
    waits=Q(state="completed", evaluation__isnull=True),
    facts=contract_facts,
    fields=_open_fields,
    do=_open,
)
deed(
    "evaluation.collect",
    _("Start collecting answers"),
    [Role.DRAFTER],
    mine=of_buyer,
    waits=Q(state="open"),
    move="start_collecting",
    facts=facts,
    do=lambda evaluation, actor, given: actions.start_collecting(evaluation, **actor.as_organisation, **given),
)
deed(
    "evaluation.codes",
    _("Make survey codes"),
    [Role.DRAFTER],
    mine=of_buyer,
    waits=Q(state="collecting"),
    facts=facts,
    fields=lambda evaluation, actor: {"count": forms.number(_("How many"), 1, 5000)},
    do=_codes,
    optional=True,
)
deed(
    "evaluation.rate",
    _("Rate the service as a station"),
    [Role.STATION],
    mine=as_station,
    waits=Q(state="collecting"),
    facts=facts,
    fields=lambda evaluation, actor: {
        "score": forms.points(_("Score")),
        "comment": forms.text(_("Comment"), 4000, required=False),
    },
    do=lambda evaluation, actor, given: actions.rate_as_station(
        evaluation, given["score"], **actor.as_organisation, comment=given["comment"]
    ),
)
deed(
    "evaluation.buyer_score",
    _("Give the buyer's score"),
    [Role.APPROVER],
    mine=of_buyer,
    waits=Q(state="collecting", buyer_score__isnull=True),
    facts=facts,
    fields=lambda evaluation, actor: {"score": forms.points(_("Score"))},
    do=lambda evaluation, actor, given: actions.score_as_buyer(evaluation, given["score"], **actor.as_organisation),
)
deed(
    "evaluation.compute",
    _("End the survey and compute the verdict"),
    [Role.DRAFTER],
    mine=of_buyer,
    waits=Q(state="collecting"),
    move="compute",
    facts=facts,
    do=lambda evaluation, actor, given: actions.compute(evaluation, **actor.as_organisation, **given),
    hurts=True,
)
deed(
    "evaluation.report",
    _("Hand the report to the supplier"),
    [Role.DRAFTER],
    mine=of_buyer,
    waits=Q(state="computed"),
    move="report",
    facts=facts,
    do=lambda evaluation, actor, given: actions.report(evaluation, **actor.as_organisation),
)
deed(
    "evaluation.reply",
    _("Reply to the report"),
    [Role.SUPPLIER],
    mine=as_supplier,
    waits=Q(state="reported", replied_at__isnull=True),
    move="reply",
    facts=facts,
    fields=lambda evaluation, actor: {
        "statement": forms.text(_("Statement"), 4000, help_text=_("It is published with the verdict."))
    },
    do=lambda evaluation, actor, given: actions.reply(evaluation, given["statement"], **actor.as_organisation),
)
deed(
    "evaluation.publish",
    _("Publish the verdict"),
    [Role.APPROVER],
    mine=of_buyer,
    waits=Q(state="reported"),
    move="publish",
    facts=facts,
    do=lambda evaluation, actor, given: actions.publish(evaluation, **actor.as_organisation),
)
