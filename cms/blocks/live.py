"""Blocks that show what the record holds at the moment of reading."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from procurement.calls.models import Call
from procurement.opendata import statistics
from procurement.projects.enums import Domain, NoticeKind
from procurement.projects.models import Notice

MOST_NOTICES = 20
NUMBERS = (
    ("open", _("Calls open for bids")),
    ("needs", _("Needs raised by residents")),
    ("needs_answered", _("Needs answered")),
    ("delivering", _("Projects being delivered")),
    ("people", _("People served")),
    ("answers", _("Valid answers in published evaluations")),
    ("satisfaction", _("Residents' satisfaction, of 100")),
)


class NoticesBlock(blocks.StructBlock):
    """The newest notices, of one kind and one domain where asked."""

    title = blocks.CharBlock(label=_("title"), required=False)
    kind = blocks.ChoiceBlock(choices=NoticeKind.choices, required=False, label=_("kind"))
    domain = blocks.ChoiceBlock(choices=Domain.choices, required=False, label=_("For whom"))
    count = blocks.IntegerBlock(label=_("how many"), default=5, min_value=1, max_value=MOST_NOTICES)

    class Meta:
        icon = "table"
        label = _("Newest notices")
        template = "cms/blocks/notices.html"

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        rows = Notice.objects.select_related("project__buyer").order_by("-published_at", "-pk")
        if value.get("kind"):
            rows = rows.filter(kind=value["kind"])
        if value.get("domain"):
            rows = rows.filter(project__domain=value["domain"])
        count = min(int(value.get("count") or 5), MOST_NOTICES)
        return super().get_context(value, parent_context=parent_context) | {"notices": rows[:count]}


class TimetableBlock(blocks.StructBlock):
    """The dates of one call, as they stand now: a correction changes them here too."""

    number = blocks.CharBlock(label=_("number of the call"), max_length=50)

    class Meta:
        icon = "date"
        label = _("Timetable of a call")
        template = "cms/blocks/timetable.html"

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if self._call(cleaned["number"]) is None:
            wrong = {"number": ValidationError(_("No published call has this number."))}
            raise blocks.StructBlockValidationError(block_errors=wrong)
        return cleaned

    @staticmethod
    def _call(number: str) -> Call | None:
        published = Call.objects.filter(published_at__isnull=False).select_related("project")
        return published.filter(number__iexact=(number or "").strip()).first()

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        return super().get_context(value, parent_context=parent_context) | {"call": self._call(value.get("number", ""))}


class NumbersBlock(blocks.StructBlock):
    """Numbers counted at the moment of reading; rehearsals are in none of them."""

    title = blocks.CharBlock(label=_("title"), required=False)
    numbers = blocks.MultipleChoiceBlock(choices=NUMBERS, label=_("numbers"))

    class Meta:
        icon = "order"
        label = _("Live numbers")
        template = "cms/blocks/numbers.html"

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        from cms.home import figures

        counted, labels = figures(), dict(NUMBERS)
        shown = [
            {"label": labels[name], "value": counted[name]} for name in value.get("numbers") or () if name in labels
        ]
        return super().get_context(value, parent_context=parent_context) | {"shown": shown}


def chart_choices() -> list[tuple[str, Any]]:
    """The charts of the statistics page; a function, so that a new one needs no migration."""
    return list(statistics.TITLES.items())


class ChartBlock(blocks.StructBlock):
    """A chart of the statistics page, drawn from the record, with its table behind it."""

    chart = blocks.ChoiceBlock(choices=chart_choices, label=_("chart"))

    class Meta:
        icon = "list-ol"
        label = _("Chart from live data")
        template = "cms/blocks/chart.html"

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        key = value.get("chart")
        drawn = statistics.draw(key, statistics.Filters()) if key in statistics.TITLES else None
        return super().get_context(value, parent_context=parent_context) | {"chart": drawn}
