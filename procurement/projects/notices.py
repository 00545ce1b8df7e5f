"""Statutory notices: which fields each kind must have (RULES §6, N1), and their publication."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.accounts import mandates
from procurement.accounts.models import Organisation
from procurement.common.models import next_number
from procurement.common.templatetags.huiqun import notice_field
from procurement.projects import layout
from procurement.projects.enums import NOTICE_TITLES, NoticeKind
from procurement.projects.models import Notice, Project
from procurement.projects.phrases import Phrase, phrases
from procurement.rules import rulebook
from workflows import jobs
from workflows.clock import act_time
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason


def required_fields(kind: str, on: Any, region: str) -> list[str]:
    rule = rulebook.find("N1", variant=kind, on=on, region=region)
    return list(rule.values["fields"]) if rule is not None else []


# who can put it right, where it is not whoever publishes the notice
ENTERED = {
    "supplier_address": gettext_lazy("The supplier enters its address under “Organisation”, in the menu of its name."),
    "contacts": gettext_lazy("The buyer's manager enters address and contact under “Organisation”."),
}


def unmet(kind: str, fields: dict[str, Any], on: Any, region: str) -> list[Reason]:
    """N1: a notice that lacks a required field cannot be published; the refusal lists them all (公告格式)."""
    rule = rulebook.find("N1", variant=kind, on=on, region=region)
    if rule is None:
        return []
    missing = [name for name in rule.values["fields"] if not str(fields.get(name, "")).strip()]
    if not missing:
        return []
    names = ", ".join(notice_field(name) for name in missing)
    words = [_("The notice still lacks: %(fields)s.") % {"fields": names}]
    words += [str(ENTERED[name]) for name in missing if name in ENTERED]
    return [rule.reason(" ".join(words), missing=missing)]


def title_of(project: Project, kind: str) -> str:
    return f"{project.title}{NOTICE_TITLES[NoticeKind(kind)]}"


def contacts(buyer: Organisation, contact: str = "") -> str:
    """How a buyer can be reached, as notices name it; ``contact`` of a call where it has one of its own."""
    return " ".join(part for part in (buyer.name, buyer.address, contact or buyer.contact) if part)


def agency(project: Project, at: Any) -> str:
    """The agencies that hold a mandate for this thread (条例 art 13), named in every notice."""
    return "、".join(agency.name for agency in mandates.agencies(project, at))


@dataclass(frozen=True)
class Preview:
    """A notice before its act: how it will read, and what still keeps it from being published (N1)."""

    title: str
    sections: list[layout.Section]
    reasons: list[Reason]
    phrases: list[Phrase]


def preview(project: Project, kind: str, fields: dict[str, Any], *, at: Any, asked: Collection[str] = ()) -> Preview:
    """The notice that an act at that time would publish; ``asked`` are the fields its form still asks for."""
    region = project.buyer.region
    known = fields | {"agency": agency(project, at)}
    counted = known | {name: known.get(name) or "…" for name in asked}
    required = required_fields(kind, at, region)
    return Preview(
        title_of(project, kind),
        layout.sections(kind, known, required=required, asked=asked),
        unmet(kind, counted, at, region),
        phrases(kind, asked),
    )


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
    if (named := agency(project, moment)) and not fields.get("agency"):
        fields["agency"] = named
    reasons = unmet(kind, fields, moment, region)
    if reasons:
        raise TransitionBlocked(reasons, act=f"notice.{kind}", subject=project)
    serial = next_number(f"{project.number}-N")
    notice = Notice.objects.create(
        project=project,
        number=f"{project.number}-N{serial}",
        kind=kind,
        title=title or title_of(project, kind),
        fields={name: str(value) for name, value in fields.items()},
        published_at=moment,
        published_by=by,
        corrects=corrects,
    )
    jobs.enqueue("notice.published", notice_id=notice.pk)
    return notice
