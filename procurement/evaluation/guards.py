"""May this verdict be computed, reported, published? (RULES §8)"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from procurement.evaluation import formulas
from procurement.evaluation.enums import Part
from procurement.rules import rulebook, workdays
from workflows.machine import Act
from workflows.reasons import Reason


def _rule(rule_id: str, evaluation: Any, act: Act) -> Any:
    return rulebook.find(rule_id, on=act.at, region=evaluation.contract.buyer.region)


def weights_are_lawful(evaluation: Any, act: Act) -> Iterator[Reason]:
    """E1: they sum to 100; residents ≥10; residents + stations + evaluators ≥60; below 50 for the grassroots warns."""
    rule = _rule("E1", evaluation, act)
    if rule is None:
        return
    weights = evaluation.weight_of
    if sum(weights.values(), Decimal(0)) != 100:
        yield rule.reason(_("The weights do not sum to 100."))
    residents = weights[Part.RESIDENTS]
    grassroots = residents + weights[Part.STATION]
    if residents < Decimal(str(rule.values["residents_min"])):
        yield rule.reason(_("The residents weigh %(weight)s; it must be 10 at least.") % {"weight": residents})
    if grassroots + weights[Part.EVALUATORS] < Decimal(str(rule.values["outcome_min"])):
        yield rule.reason(_("Residents, stations and evaluators together must weigh 60 at least."))
    if grassroots < Decimal(str(rule.values["grassroots_warn"])):
        yield rule.reason(
            _("Residents and stations together weigh %(weight)s, less than half: give a reason, it is published.")
            % {"weight": grassroots},
            effect="warn",
        )


def contract_is_completed(evaluation: Any, act: Act) -> Iterator[Reason]:
    if evaluation.contract.state != "completed":
        yield Reason(_("The contract has not been completed yet."), code="contract_state")


def parts_are_there(evaluation: Any, act: Act) -> Iterator[Reason]:
    """Every part that weighs something has been heard."""
    weights = evaluation.weight_of
    if weights[Part.RESIDENTS] and not evaluation.survey.sheets.filter(eligible=True).exists():
        yield Reason(_("No resident has answered yet."), code="no_answers")
    waiting = [str(r.station) for r in evaluation.station_ratings.select_related("station") if r.score is None]
    if weights[Part.STATION] and (waiting or not evaluation.station_ratings.exists()):
        yield Reason(
            _("Still to rate: %(names)s.") % {"names": ", ".join(waiting)} if waiting else _("No station was asked."),
            code="stations",
        )
    if weights[Part.BUYER] and evaluation.buyer_score is None:
        yield Reason(_("The buyer has not scored yet."), code="buyer_score")
    scored = evaluation.contract.milestones.filter(score__isnull=False)
    if weights[Part.EVALUATORS] and not scored.exists():
        yield Reason(_("No milestone has been scored by evaluators."), code="evaluators")


def sample_is_large_enough(evaluation: Any, act: Act) -> Iterator[Reason]:
    """E5: below the sample the score is marked "insufficient sample" and the report says so."""
    rule = _rule("E5", evaluation, act)
    survey = evaluation.survey
    answers = survey.sheets.filter(eligible=True).count()
    needed = formulas.sample_needed(survey.population)
    if rule is not None and answers < needed:
        yield rule.reason(
            _("Insufficient sample: %(answers)s answers of %(needed)s needed for %(population)s people.")
            % {"answers": answers, "needed": needed, "population": survey.population}
        )


def supplier_was_heard(evaluation: Any, act: Act) -> Iterator[Reason]:
    """E7: right of reply before publication, 5 working days (house)."""
    rule = _rule("E7", evaluation, act)
    if rule is None or evaluation.replied_at is not None or evaluation.reported_at is None:
        return
    until = workdays.add_working_days(timezone.localdate(evaluation.reported_at), int(rule.values["days"]))
    if timezone.localdate(act.at) <= until:
        yield rule.reason(
            _("The supplier may still reply until %(until)s.") % {"until": until.isoformat()}, effect="block"
        )


def has_statement(evaluation: Any, act: Act) -> Iterator[Reason]:
    if not act.preview and not str(act.given.get("statement", "")).strip():
        yield Reason(_("Write the statement, or that there is nothing to add."), code="statement")
    if evaluation.replied_at is not None:
        yield Reason(_("The statement has been handed in already."), code="replied")
