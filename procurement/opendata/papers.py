"""Which papers of a thread may be read by whom, and their printing outside the request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils.translation import gettext_lazy as _

from procurement.accounts import acting
from procurement.evaluation.documents import REGISTRY, subjects
from procurement.projects.models import Project
from workflows import jobs

LABELS = {
    "receipt": _("Receipt"),
    "opening_record": _("Opening record"),
    "scoring_report": _("Scoring report"),
    "award_letter": _("Award letter"),
    "contract": _("Contract"),
    "acceptance": _("Acceptance"),
    "evaluation_report": _("Evaluation report"),
}
KNOTS = {
    "receipt": 2,
    "opening_record": 2,
    "scoring_report": 3,
    "award_letter": 3,
    "contract": 4,
    "acceptance": 6,
    "evaluation_report": 7,
}


def is_public(kind: str, row: Any) -> bool:
    """Whether anyone may read this paper now. Receipts never are: before the opening nobody knows who bid."""
    if kind == "opening_record":
        return row.opened_at is not None
    if kind == "scoring_report":
        return hasattr(row, "award") and row.award.noticed_at is not None
    if kind == "award_letter":
        return row.noticed_at is not None
    if kind == "contract":
        return row.state in ("published", "completed", "terminated") and row.signed_at is not None
    if kind == "acceptance":
        return True
    if kind == "evaluation_report":
        return row.state == "published"
    return False


def may_read(kind: str, row: Any, request: Any) -> bool:
    """Anyone what is public; a bidder its own receipts; the parties their contract and report before that."""
    if is_public(kind, row):
        return True
    own = acting.organisation_of(request)
    if own is None:
        return False
    if kind == "receipt":
        return row.supplier_id == own.pk
    if kind in ("contract", "evaluation_report"):
        contract = row if kind == "contract" else row.contract
        return own.pk in (contract.buyer.pk, contract.supplier.pk)
    return False


def of_thread(project: Project, request: Any) -> Iterator[tuple[str, Any]]:
    """Kind and row of every paper of the thread this reader may open, in order."""
    for kind, row in subjects(project):
        if may_read(kind, row, request):
            yield kind, row


def stored_name(kind: str, row: Any) -> str:
    """Where the printed paper lies: by the last hash of its log, so that a new line makes it another paper."""
    head = getattr(row, "log_head", "") or row.project.log_head
    return f"papers/{kind}/{row.pk}-{head[:32]}.pdf"


def order(project: Project, kind: str, row: Any) -> None:
    jobs.enqueue("paper.print", project_id=project.pk, paper=kind, pk=row.pk)


@jobs.handler("paper.print")
def print_paper(project_id: int, paper: str, pk: int) -> None:
    """Prints one paper into the private storage; the same paper twice is one file."""
    project = Project.objects.get(pk=project_id)
    row = next((row for found, row in subjects(project) if found == paper and row.pk == pk), None)
    if row is None:
        return
    storage, name = storages["private"], stored_name(paper, row)
    if not storage.exists(name):
        storage.save(name, ContentFile(REGISTRY[paper](row).bytes))
