"""What the supervisors (财政, 审计, 纪检) look for over all threads: what broke in the log, and what was done late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from procurement.accounts.models import LogCheck
from procurement.bids.enums import Round
from procurement.bids.models import OpeningConfirmation
from procurement.calls.models import Call
from procurement.projects.models import Project
from workflows.models import TransitionLog

# rows that an act wrote because something was not as it should be
WRITTEN = {
    "opening_stopped": _("an opening stopped at a changed envelope"),
    "attachment_fault": _("a file changed after it was sealed"),
}
BROKEN = _("the log does not hold together")
KINDS = [("chain", BROKEN), *WRITTEN.items()]


@dataclass(frozen=True)
class Irregularity:
    """``kind`` is a key of ``KINDS``; ``what`` says it in the words of whoever found it."""

    kind: str
    label: str | Promise
    what: str
    at: datetime
    project: Project | None

    @property
    def title(self) -> str:
        return self.project.title if self.project is not None else ""

    @property
    def number(self) -> str:
        return self.project.number if self.project is not None else ""


def irregularities() -> list[Irregularity]:
    """What the newest finished check of the log found, and what acts found themselves; the newest first."""
    rows = list(TransitionLog.objects.filter(action__in=WRITTEN).order_by("-at", "-pk"))
    threads = Project.objects.select_related("buyer").in_bulk({row.thread for row in rows if row.thread})
    found = [
        Irregularity(row.action, WRITTEN[row.action], _said(row), row.at, threads.get(row.thread or 0)) for row in rows
    ]
    last = LogCheck.objects.filter(done_at__isnull=False).order_by("-done_at").first()
    if last is not None and last.done_at is not None:
        found += [Irregularity("chain", BROKEN, fault, last.done_at, None) for fault in last.faults]
    return sorted(found, key=lambda one: one.at, reverse=True)


def _said(row: TransitionLog) -> str:
    model: Any = apps.get_model(row.subject_type)
    told = row.facts.get("what") or "; ".join(map(str, row.facts.get("faults", [])))
    return f"{model._meta.verbose_name} {row.subject_id}: {told}"


def key_uses(actor: Any) -> QuerySet[TransitionLog]:
    """Every unwrapping of a call's private key, with the call's number and the names of the officers present."""
    number = Call.objects.filter(pk=OuterRef("subject_id")).values("number")
    found = TransitionLog.objects.filter(subject_type="calls.call", action="unwrap_key")
    present = OpeningConfirmation.objects.filter(
        call=OuterRef("subject_id"), round=OuterRef("round"), at__lte=OuterRef("at")
    )
    found = found.annotate(call_number=Subquery(number), round=KeyTextTransform("round", "facts"))
    names = present.order_by("at").values("officer__display_name")
    return found.annotate(officers=ArraySubquery(names)).select_related("organisation", "actor")


def round_of(row: TransitionLog) -> str:
    return str(dict(Round.choices).get(row.facts.get("round", ""), ""))
