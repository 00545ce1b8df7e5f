"""Pages that point to what the record holds: statutory notices and evaluations. The record never points back."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField

from cms import notice_list
from cms.blocks import BodyBlock
from cms.locks import PublishedLock
from cms.models.base import Page, advice
from cms.models.prose import live_subjects
from procurement.common import page_cache
from procurement.evaluation.enums import EvaluationState
from procurement.evaluation.models import Evaluation
from procurement.opendata import notices, reports
from procurement.projects.models import Notice


class NoticeIndexPage(Page):
    """Every statutory notice, newest first."""

    introduction = models.TextField(_("introduction"), blank=True)

    class Meta:
        verbose_name = pgettext_lazy("kind of page", "list of notices")

    template = "cms/notice_index_page.html"
    shares_body = True
    max_count = 1
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.NoticePage"]
    content_panels = [
        advice(_("Notices are made by the acts of a project and listed here by themselves.")),
        *Page.content_panels,
        "introduction",
    ]

    def subjects(self) -> tuple[str, ...]:
        return ("notices",)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(request, *args, **kwargs) | notice_list.find(request.GET)


class NoticePage(Page):
    """A statutory notice as published: made from the record, never written and never edited (N2)."""

    notice = models.OneToOneField(Notice, on_delete=models.PROTECT, related_name="+", verbose_name=_("notice"))

    class Meta:
        verbose_name = pgettext_lazy("kind of page", "page of a notice")

    template = "cms/notice_page.html"
    shares_body = True
    parent_page_types = ["cms.NoticeIndexPage"]
    subpage_types: list[str] = []
    is_creatable = False
    content_panels = [
        advice(_("A published notice is never edited (N2). What is wrong is put right by a correction notice.")),
        FieldPanel("title", read_only=True),
        FieldPanel("notice", read_only=True),
    ]
    promote_panels = [FieldPanel("slug", read_only=True)]
    settings_panels: list[Any] = []

    def get_lock(self) -> PublishedLock:
        """For everybody, for ever."""
        return PublishedLock(self)

    def subjects(self) -> tuple[str, ...]:
        return (f"thread:{self.notice.project_id}",)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(request, *args, **kwargs) | notices.facts(notices.whole().get(pk=self.notice_id))


class ReportPage(Page):
    """An editor's account of one published evaluation; grade, points and sample stay the record's."""

    evaluation = models.OneToOneField(
        Evaluation,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("evaluation"),
        limit_choices_to={"state": EvaluationState.PUBLISHED},
    )
    introduction = models.TextField(
        _("in short"), blank=True, help_text=_("What residents should know, in plain words.")
    )
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("text"))

    class Meta:
        verbose_name = pgettext_lazy("kind of page", "account of an evaluation")

    template = "cms/report_page.html"
    parent_page_types = ["cms.ReportIndexPage"]
    subpage_types: list[str] = []
    content_panels = [
        advice(
            _(
                "Grade, points, sample and the supplier's reply come from the published evaluation and cannot be "
                "changed here. Tell what was done, what residents said, and what is to become better."
            )
        ),
        *Page.content_panels,
        "evaluation",
        "introduction",
        "body",
    ]

    def clean(self) -> None:
        super().clean()
        if self.evaluation_id and self.evaluation.state != EvaluationState.PUBLISHED:
            raise ValidationError({"evaluation": _("This evaluation has not been published yet.")})
        if self.evaluation_id and not reports.published().filter(pk=self.evaluation_id).exists():
            raise ValidationError({"evaluation": _("This was a rehearsal; the public record does not hold it.")})

    def subjects(self) -> tuple[str, ...]:
        return ("reports", *live_subjects(self.body))

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        found = reports.published().filter(pk=self.evaluation_id).first()
        if found is None:
            raise Http404
        page_cache.show(request, f"thread:{found.project.pk}")
        return context | {"found": reports.told(found), "project": found.project}

    def get_preview_template(self, request: HttpRequest, mode_name: str) -> str:
        return self.template if self.evaluation_id else "cms/nothing_chosen.html"

    def get_preview_context(self, request: HttpRequest, mode_name: str) -> dict[str, Any]:
        return self.get_context(request) if self.evaluation_id else super().get_context(request)
