"""What the index does after an act. Handlers take ids and may run twice; the sweep finds what left no job."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task

from procurement.awards.models import Award
from procurement.calls.models import Call, Correction
from procurement.contracts.models import Contract
from procurement.evaluation.models import Evaluation
from procurement.opendata.search import index
from procurement.opendata.search.models import Kind
from procurement.projects.models import Notice
from workflows import jobs
from workflows.clock import database_now
from workflows.models import TransitionLog

LOOKS_BACK = timedelta(minutes=20)  # four times as far as beat's pace, for acts that committed late


@jobs.handler("project.changed")
def project_changed(project_id: int) -> None:
    index.update_thread(project_id)


@jobs.handler("notice.published")
def notice_published(notice_id: int) -> None:
    index.update_thread(Notice.objects.get(pk=notice_id).project_id)


@jobs.handler("call.published")
@jobs.handler("call.opened")
def call_changed(call_id: int) -> None:
    index.update_thread(Call.objects.get(pk=call_id).project_id)


@jobs.handler("call.corrected")
def call_corrected(correction_id: int) -> None:
    index.update_thread(Correction.objects.select_related("call").get(pk=correction_id).call.project_id)


@jobs.handler("award.noticed")
def award_noticed(award_id: int) -> None:
    index.update_thread(Award.objects.select_related("lot__call").get(pk=award_id).lot.call.project_id)


@jobs.handler("contract.signed")
@jobs.handler("contract.published")
def contract_changed(contract_id: int) -> None:
    index.update_thread(Contract.objects.get(pk=contract_id).project.pk)


@jobs.handler("evaluation.published")
def evaluation_published(evaluation_id: int) -> None:
    index.update_thread(Evaluation.objects.get(pk=evaluation_id).project.pk)


def sweep() -> None:
    """What was acted on lately, whether or not the act left a job."""
    lately = TransitionLog.objects.filter(recorded_at__gte=database_now() - LOOKS_BACK).order_by()
    for project in set(lately.values_list("thread", flat=True)):
        if project is not None:
            index.update_thread(project)
    needs = lately.filter(subject_type="needs.need").values_list("subject_id", flat=True).distinct()
    index.update(Kind.NEED, needs)


@shared_task(ignore_result=True)
def sweep_search() -> None:
    sweep()
