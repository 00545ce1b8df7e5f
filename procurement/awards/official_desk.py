"""Recording where and when a notice appeared in the designated medium (D4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import MandateAct
from procurement.accounts.workspace import forms
from procurement.accounts.workspace.desk import Actor, deed
from procurement.awards import official as acts
from procurement.projects import official
from procurement.projects.enums import FundSource
from procurement.projects.models import Notice
from procurement.projects.notice_desk import our_notices
from procurement.rules import rulebook


def _notices(must: bool) -> Callable[[Actor], QuerySet[Notice]]:
    """Our notices: those of an office that must publish there wait as a duty, those of others as an offer."""

    def found(actor: Actor) -> QuerySet[Notice]:
        region = actor.organisation.region if actor.organisation else ""
        rule = rulebook.find("D4", variant="medium", on=actor.at, region=region)
        asked = rule is not None and bool(rule.values["required"])
        owed = Q(project__fund_source=FundSource.FISCAL, project__rehearsal=False)
        rows = our_notices(actor, MandateAct.NOTICES)
        if not asked:
            return rows.none() if must else rows
        return rows.filter(owed) if must else rows.exclude(owed)

    return found


def _facts(notice: Notice) -> list[tuple[Any, Any]]:
    address = reverse("notice_export", args=[notice.project.number, notice.number])
    return [
        (_("Number"), notice.number),
        (_("Kind"), notice.get_kind_display()),
        (_("Published here"), forms.said(notice.published_at)),
        (_("Text to paste"), format_html('<a href="{}">{}</a>', address, _("Copy or download it"))),
    ]


def _fields(notice: Notice, actor: Actor) -> forms.Fields:
    return {
        "url": forms.line(_("Address in the designated medium"), 500, help_text=_("https://… of the notice's page")),
        "appeared_at": forms.moment(_("Published there")),
    }


for key, must in (("notice.official", True), ("notice.official_too", False)):
    deed(
        key,
        _("Record the designated medium"),
        official.RECORDERS,
        mine=_notices(must),
        waits=Q(official_publications__isnull=True),
        facts=_facts,
        fields=_fields,
        do=lambda notice, actor, given: acts.record(notice, **given, **actor.as_organisation),
        help=_("Where and when the notice appeared there. Periods start at the later of the two publications (D4)."),
        optional=not must,
    )
