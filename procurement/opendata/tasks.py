"""Printing a paper outside the request: making a PDF takes longer than a reader should wait for an answer."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from procurement.evaluation.documents import REGISTRY, subjects
from procurement.projects.models import Project
from workflows import jobs

KIND = "document.print"


def stored_name(project: Project, kind: str, row: Any) -> str:
    """Where the printed paper lies; a new line in the row's log makes it another paper.

    A lot has no log of its own: its scoring report follows the thread's. The head of the log is in the name
    because numbers come again when a database is set up anew, and an old paper must never pass for a new one.
    """
    logged = row if getattr(row, "log_head", "") else project
    return f"papers/{kind}/{row.pk}-{logged.log_length}-{logged.log_head[:16]}.pdf"


def order(project: Project, kind: str, row: Any) -> Any:
    """Leaves the printing of one paper to a worker and returns the job."""
    return jobs.enqueue(KIND, project_id=project.pk, document=kind, pk=row.pk)


@jobs.handler(KIND)
def print_document(project_id: int, document: str, pk: int) -> None:
    """Prints one paper into the private storage; the same paper twice is one file."""
    project = Project.objects.get(pk=project_id)
    row = next((row for kind, row in subjects(project) if kind == document and row.pk == pk), None)
    if row is None:
        return
    storage, name = storages["private"], stored_name(project, document, row)
    if not storage.exists(name):
        storage.save(name, ContentFile(REGISTRY[document](row).bytes))
