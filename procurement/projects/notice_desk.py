"""What is done with notices by themselves: a plan for a single source, and the correction of a slip."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import Role
from procurement.accounts.workspace import forms
from procurement.accounts.workspace.desk import Actor, deed, threads_of
from procurement.projects import corrections, layout, notices, singlesource
from procurement.projects.desk import facts, ours
from procurement.projects.enums import NoticeKind
from procurement.projects.models import Notice, Project

ASKED = ("supplier", "supplier_address", "reason", "experts")


def our_notices(actor: Actor, *acts: str) -> QuerySet[Notice]:
    """Notices of the actor's organisation as buyer, the latest first; those of past projects stay as they are.

    For an agency: of the threads it may do one of ``acts`` for.
    """
    past = Q(project__imported=True, project__state__in=["closed", "terminated"])
    found = Notice.objects.filter(~past, threads_of(actor, *acts))
    return found.select_related("project__buyer").prefetch_related("official_publications").order_by("-pk")


def notice_facts(notice: Notice) -> list[tuple[Any, Any]]:
    return [
        (_("Number"), notice.number),
        (_("Published here"), forms.said(notice.published_at)),
        *((row.label, row.value) for section in layout.of(notice) for row in section.rows),
    ]


def _plan_fields(project: Project, actor: Actor) -> forms.Fields:
    return {
        "supplier": forms.line(_("The only supplier")),
        "supplier_address": forms.line(_("Supplier's address")),
        "reason": forms.text(_("Why only this one can do it"), 4000),
        "experts": forms.text(
            _("Opinion of the experts"), 4000, help_text=_("Name, employer and title of each, and what they say.")
        ),
    }


def _correction_fields(notice: Notice, actor: Actor) -> forms.Fields:
    return {
        f"f_{name}": forms.text(layout.label(name), 10_000, 2, initial=value, required=False)
        for name, value in corrections.correctable(notice).items()
    }


def _correct(notice: Notice, actor: Actor, given: dict[str, Any]) -> str:
    becomes = {name.removeprefix("f_"): value for name, value in given.items() if name.startswith("f_")}
    made = corrections.correct(notice, becomes, **actor.as_organisation)
    return str(_("The correction is public as %(number)s, beside what it corrects.")) % {"number": made.number}


deed(
    "project.publish_single_source",
    _("Make a single-source plan public"),
    [Role.APPROVER],
    mine=ours,
    waits=Q(state__in=singlesource.BEFORE_THE_CALL),
    facts=facts,
    fields=_plan_fields,
    preview=lambda project, actor: notices.preview(
        project,
        NoticeKind.SINGLE_SOURCE,
        singlesource.notice_fields(project, {}, actor.at),
        at=actor.at,
        asked=ASKED,
    ),
    do=lambda project, actor, given: singlesource.publish(project, given, **actor.as_organisation),
    help=_("At tender scale it stands five working days before the call (条例 art 38); objections go to the buyer."),
    optional=True,
)
deed(
    "notice.correct",
    _("Correct a slip in a notice"),
    [Role.APPROVER],
    mine=our_notices,
    waits=~Q(kind__in=[str(kind) for kind in corrections.BY_THEIR_OWN_ACT]),
    facts=lambda notice: [(_("Number"), notice.number), (_("Published here"), forms.said(notice.published_at))],
    fields=_correction_fields,
    do=_correct,
    hurts=True,
    optional=True,
    help=_(
        "The notice stays as it is; a correction names the old words and the new. Supplier, amounts and numbers"
        " are not words: they change by the act that decides them. A call is corrected on its own page."
    ),
)
