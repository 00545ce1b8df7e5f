"""Acts of the evaluation, from the first code to the published verdict."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from procurement.accounts import consents
from procurement.accounts.models import Organisation
from procurement.contracts.models import Contract
from procurement.evaluation import formulas, permissions, verdict
from procurement.evaluation.enums import Item
from procurement.evaluation.models import Answer, AnswerSheet, Code, Evaluation, StationRating, Survey
from procurement.rules import rulebook
from workflows import engine, jobs
from workflows.clock import act_time
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason


def _may(permission: Any, evaluation: Evaluation, by: Any, organisation: Any) -> None:
    act = engine.act_of(by, organisation)
    if not permission(evaluation, act):
        raise PermissionDenied(_("This is not yours to do here."))


def _state(evaluation: Evaluation, *allowed: str) -> None:
    if evaluation.fresh().state not in allowed:
        raise TransitionBlocked(
            [Reason(_("The survey is not open for this now."), code="state")],
            act="evaluation",
            subject=evaluation,
        )


def default_weights(on: Any, region: str) -> dict[str, str]:
    """E1: the weights of the rulebook on that day."""
    rule = rulebook.find("E1", on=on, region=region)
    if rule is None:
        raise LookupError("E1 has no version on that day")
    return {name: str(value) for name, value in rule.values["weights"].items()}


@transaction.atomic
def open_evaluation(
    contract: Contract,
    *,
    by: Any,
    organisation: Organisation,
    population: int,
    stations: Sequence[Organisation] = (),
    weights: Mapping[str, Any] | None = None,
) -> Evaluation:
    """Opens the evaluation of a completed contract: whom the service reached, which stations are asked."""
    chosen = {k: str(v) for k, v in weights.items()} if weights else default_weights(act_time(), contract.buyer.region)
    evaluation = Evaluation(contract=contract, weights=chosen)
    _may(permissions.drafter, evaluation, by, organisation)
    if population < 1:
        raise TransitionBlocked(
            [Reason(_("Say how many people were served."), code="population")], act="evaluation.open"
        )
    engine.begin(evaluation, by=by, organisation=organisation, action="open", weights=chosen)
    Survey.objects.create(evaluation=evaluation, population=population)
    for station in stations:
        StationRating.objects.get_or_create(evaluation=evaluation, station=station)
    return evaluation


@transaction.atomic
def start_collecting(evaluation: Evaluation, *, by: Any, organisation: Organisation, **more: Any) -> Evaluation:
    engine.perform(evaluation.start_collecting, by=by, organisation=organisation, **more)
    jobs.enqueue("evaluation.collecting", evaluation_id=evaluation.pk)
    return evaluation


def _hash(code: str) -> str:
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()


ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0/O, 1/I/L: codes are read from paper


@transaction.atomic
def make_codes(evaluation: Evaluation, count: int, *, by: Any, organisation: Organisation) -> list[str]:
    """One-time codes to hand out at check-in (E6); shown once, kept only as hashes.

    Never more codes than people were served.
    """
    _may(permissions.drafter, evaluation, by, organisation)
    _state(evaluation, "collecting")
    survey = Survey.objects.select_for_update().get(evaluation=evaluation)
    made = survey.codes.count()
    if count < 1 or made + count > survey.population:
        rule = rulebook.find("E6", on=act_time(), region=evaluation.contract.buyer.region)
        message = ngettext(
            "%(left)s code can still be made: one for each person served.",
            "%(left)s codes can still be made: one for each person served.",
            survey.population - made,
        ) % {"left": survey.population - made}
        raise TransitionBlocked(
            [rule.reason(message) if rule else Reason(message, code="codes")], act="evaluation.codes"
        )
    codes = ["".join(secrets.choice(ALPHABET) for _i in range(8)) for _n in range(count)]
    Code.objects.bulk_create([Code(survey=survey, sha256=_hash(code)) for code in codes])
    engine.note(evaluation, "make_codes", by=by, organisation=organisation, count=count)
    return codes


def find_code(code: str) -> Code | None:
    return Code.objects.filter(sha256=_hash(code)).select_related("survey__evaluation__contract").first()


@transaction.atomic
def answer(
    code: str, levels: Mapping[str, int], *, eligible: bool, opinion: str = "", consented: bool = False
) -> AnswerSheet:
    """One answer for one code (E6). Nothing that is kept says whose it was.

    ``consented``: the notice on the survey was shown and agreed to; its version and the time are kept (I4).
    """
    row = Code.objects.select_for_update().filter(sha256=_hash(code)).select_related("survey").first()
    reasons = []
    if row is None:
        reasons.append(Reason(_("This code is not known. Please check it letter by letter."), code="code"))
    elif row.used:
        reasons.append(Reason(_("This code has been used. Each code answers once."), code="used"))
    elif row.survey.evaluation.state != "collecting":
        reasons.append(Reason(_("This survey has ended. Thank you all the same."), code="ended"))
    if any(item not in Item.values or level not in (1, 2, 3, 4, 5) for item, level in levels.items()):
        reasons.append(Reason(_("Please choose one of the five answers."), code="level"))
    if not levels:
        reasons.append(Reason(_("Please answer at least one question."), code="empty"))
    if reasons or row is None:
        raise TransitionBlocked(reasons, act="survey.answer")
    row.used = True
    row.save(update_fields=["used"])
    sheet = AnswerSheet.objects.create(
        survey=row.survey, eligible=eligible, opinion=opinion, answered_on=timezone.localdate(act_time())
    )
    Answer.objects.bulk_create([Answer(sheet=sheet, item=item, level=level) for item, level in levels.items()])
    if consented:
        consents.record("survey", subject=f"answer {sheet.pk}")
    return sheet


def _levels(numbers: Sequence[int]) -> list[int]:
    """Counts of 5, 4, 3, 2, 1 as that many answers."""
    return [level for level, count in zip((5, 4, 3, 2, 1), numbers, strict=True) for _n in range(count)]


@transaction.atomic
def bring_in_answers(
    evaluation: Evaluation,
    tally: Mapping[str, Sequence[int]],
    not_eligible: int,
    *,
    by: Any,
    organisation: Organisation,
) -> int:
    """Answers of a past survey known only as counts of 5, 4, 3, 2, 1 per item, for brought-in threads alone.

    Returns how many eligible sheets they make.
    """
    if not evaluation.brought_in:
        raise PermissionDenied(_("Counts can be brought in only for a past project."))
    _state(evaluation, "collecting")
    _may(permissions.drafter, evaluation, by, organisation)
    columns = {item: _levels(numbers) for item, numbers in tally.items()}
    number = max((len(levels) for levels in columns.values()), default=0)
    day = timezone.localdate(act_time())
    sheets = AnswerSheet.objects.bulk_create(
        [AnswerSheet(survey=evaluation.survey, answered_on=day) for _n in range(number)]
        + [AnswerSheet(survey=evaluation.survey, answered_on=day, eligible=False) for _n in range(not_eligible)]
    )
    Answer.objects.bulk_create(
        [
            Answer(sheet=sheet, item=item, level=level)
            for item, levels in columns.items()
            for sheet, level in zip(sheets, levels, strict=False)
        ],
        batch_size=5000,
    )
    engine.note(
        evaluation,
        "bring_in_answers",
        by=by,
        organisation=organisation,
        sheets=number,
        set_aside=not_eligible,
    )
    return number


def _score(value: Decimal) -> None:
    if not Decimal(0) <= value <= Decimal(100):
        raise TransitionBlocked([Reason(_("A score lies between 0 and 100."), code="score")], act="evaluation.score")


@transaction.atomic
def rate_as_station(
    evaluation: Evaluation, score: Decimal, *, by: Any, organisation: Organisation, comment: str = ""
) -> StationRating:
    """A station's score, 0–100, with what it saw."""
    _may(permissions.station_officer, evaluation, by, organisation)
    _state(evaluation, "collecting")
    _score(score)
    rating = StationRating.objects.select_for_update().get(evaluation=evaluation, station=organisation)
    rating.score, rating.comment, rating.rated_by, rating.rated_at = score, comment, by, act_time()
    rating.save()
    engine.note(evaluation, "rate_as_station", by=by, organisation=organisation, score=str(score))
    return rating


@transaction.atomic
def score_as_buyer(evaluation: Evaluation, score: Decimal, *, by: Any, organisation: Organisation) -> Evaluation:
    """The buyer's own score, 0–100."""
    _may(permissions.approver, evaluation, by, organisation)
    _state(evaluation, "collecting")
    _score(score)
    evaluation = Evaluation.objects.select_for_update(of=("self",)).get(pk=evaluation.pk)
    evaluation.buyer_score = score
    evaluation.save(update_fields=["buyer_score"])
    engine.note(evaluation, "score_as_buyer", by=by, organisation=organisation, score=str(score))
    return evaluation


@transaction.atomic
def compute(evaluation: Evaluation, *, by: Any, organisation: Organisation, **more: Any) -> Evaluation:
    """Ends the survey and fixes parts, total and grade."""
    Evaluation.objects.select_for_update(of=("self",)).get(pk=evaluation.pk)
    waiting = engine.blockers(evaluation.compute, by=by, organisation=organisation, given={})
    if waiting:
        raise TransitionBlocked(waiting, act="evaluation.compute", subject=evaluation)
    reached = verdict.reach(evaluation.fresh())
    given = {
        "parts": {name: str(value) for name, value in reached.parts.items()},
        "total": reached.total,
        "grade": reached.grade,
    }
    engine.perform(evaluation.compute, by=by, organisation=organisation, given=given, total=str(reached.total), **more)
    Survey.objects.filter(evaluation=evaluation).update(closed_at=act_time())
    return evaluation


@transaction.atomic
def report(evaluation: Evaluation, *, by: Any, organisation: Organisation) -> Evaluation:
    engine.perform(evaluation.report, by=by, organisation=organisation)
    jobs.enqueue("evaluation.reported", evaluation_id=evaluation.pk)
    return evaluation


def reply(evaluation: Evaluation, statement: str, *, by: Any, organisation: Organisation) -> Evaluation:
    """The supplier's statement before publication (E7); published with the verdict."""
    return engine.perform(evaluation.reply, by=by, organisation=organisation, given={"statement": statement})


@transaction.atomic
def publish(evaluation: Evaluation, *, by: Any, organisation: Organisation) -> Evaluation:
    """Publishes the verdict; with the last one the project closes and its needs are answered."""
    engine.perform(evaluation.publish, by=by, organisation=organisation)
    project = evaluation.project
    alive = Contract.objects.filter(award__lot__call__project=project, state="completed")
    if not alive.exclude(evaluation__state="published").exists() and project.state == "evaluating":
        with engine.consequence():
            engine.perform(project.close, by=by, organisation=organisation)
            for need in project.needs.filter(state="adopted"):
                engine.perform(need.answer, by=by, organisation=organisation, project=project.number)
                jobs.enqueue("need.answered", need_id=need.pk)
    jobs.enqueue("evaluation.published", evaluation_id=evaluation.pk)
    return evaluation


def sample(evaluation: Evaluation) -> dict[str, Any]:
    """Answers, sample needed, margin (percentage points) and response rate (%): always shown together (E5)."""
    survey = evaluation.survey
    answers = survey.sheets.filter(eligible=True).count()
    margin = formulas.margin(answers, survey.population)
    return {
        "answers": answers,
        "population": survey.population,
        "not_residents": survey.sheets.filter(eligible=False).count(),
        "needed": formulas.sample_needed(survey.population),
        "sufficient": answers >= formulas.sample_needed(survey.population),
        "margin": formulas.shown(margin) if margin is not None else None,
        "response_rate": formulas.shown(Decimal(answers) * 100 / survey.population) if survey.population else None,
    }
