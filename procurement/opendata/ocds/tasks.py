"""After every public act: the releases it causes. Handlers take ids and may run twice."""

from __future__ import annotations

from typing import Any

from procurement.awards.models import Award, Challenge
from procurement.calls.models import Call, Correction, Question
from procurement.contracts.models import Contract
from procurement.delivery.models import Milestone
from procurement.evaluation.models import Evaluation
from procurement.opendata.ocds import issuing
from procurement.projects.models import Notice, Project
from workflows import jobs

# Which job names which row, and the way from it to its thread.
CAUSES: dict[str, tuple[str, Any, str]] = {
    "project.changed": ("project_id", Project, "pk"),
    "notice.published": ("notice_id", Notice, "project"),
    "call.published": ("call_id", Call, "project"),
    "call.opened": ("call_id", Call, "project"),
    "call.corrected": ("correction_id", Correction, "call__project"),
    "question.answered": ("question_id", Question, "call__project"),
    "challenge.filed": ("challenge_id", Challenge, "call__project"),
    "challenge.decided": ("challenge_id", Challenge, "call__project"),
    "award.noticed": ("award_id", Award, "lot__call__project"),
    "contract.published": ("contract_id", Contract, "award__lot__call__project"),
    "milestone.accepted": ("milestone_id", Milestone, "contract__award__lot__call__project"),
    "evaluation.published": ("evaluation_id", Evaluation, "contract__award__lot__call__project"),
}


def _issue(name: str, model: Any, way: str, arguments: dict[str, Any]) -> None:
    pk = model.objects.filter(pk=arguments[name]).values_list(way, flat=True).first()
    project = Project.objects.select_related("buyer").filter(pk=pk).first()
    if project is not None:
        issuing.issue(project)


def _register(kind: str, name: str, model: Any, way: str) -> None:
    @jobs.handler(kind)
    def issue_releases(**arguments: Any) -> None:
        _issue(name, model, way, arguments)


for _kind, (_name, _model, _way) in CAUSES.items():
    _register(_kind, _name, _model, _way)
