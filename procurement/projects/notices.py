"""Statutory notices: which fields each kind must have (RULES §6, N1), and their publication."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from procurement.common.models import next_number
from procurement.projects.enums import NOTICE_TITLES, NoticeKind
from procurement.projects.models import Notice, Project
from procurement.rules import rulebook
from workflows import jobs
from workflows.clock import act_time
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason


def required_fields(kind: str, on: Any, region: str) -> list[str]:
    rule = rulebook.find("N1", variant=kind, on=on, region=region)
    return list(rule.values["fields"]) if rule is not None else []


def unmet(kind: str, fields: dict[str, Any], on: Any, region: str) -> list[Reason]:
    """N1: a notice that lacks a required field cannot be published; the refusal lists them all (公告格式)."""
    rule = rulebook.find("N1", variant=kind, on=on, region=region)
    if rule is None:
        return []
    missing = [name for name in rule.values["fields"] if not str(fields.get(name, "")).strip()]
    if not missing:
        return []
    return [rule.reason(_("The notice still lacks: %(fields)s.") % {"fields": ", ".join(missing)}, missing=missing)]


def publish(
    project: Project,
    kind: str,
    fields: dict[str, Any],
    *,
    by: Any,
    title: str = "",
    fill: str = "",
    corrects: Notice | None = None,
) -> Notice:
    """Publishes a notice of a thread, for good.

    ``corrects`` links the notice that a correction is of, both ways.
    ``fill`` stands in for required fields that are not known (only a brought-in past project may have such).
    Raises ``TransitionBlocked`` with N1 and the list of missing fields.
    """
    moment, region = act_time(), project.buyer.region
    if fill and project.imported:
        for name in required_fields(kind, moment, region):
            if not str(fields.get(name, "")).strip():
                fields[name] = fill
    reasons = unmet(kind, fields, moment, region)
    if reasons:
        raise TransitionBlocked(reasons, act=f"notice.{kind}", subject=project)
    serial = next_number(f"{project.number}-N")
    notice = Notice.objects.create(
        project=project,
        number=f"{project.number}-N{serial}",
        kind=kind,
        title=title or f"{project.title}{NOTICE_TITLES[NoticeKind(kind)]}",
        fields={name: str(value) for name, value in fields.items()},
        published_at=moment,
        published_by=by,
        corrects=corrects,
    )
    jobs.enqueue("notice.published", notice_id=notice.pk)
    return notice
