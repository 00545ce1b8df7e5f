"""Adding a version of a rule; entering the official days of a year."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from typing import Any
from zipfile import BadZipFile

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.rules.models import OfficialDay, OfficialYear, RuleVersion

FILE_LIMIT = 200_000  # bytes; a year has fewer than fifty special days
DAYS_A_YEAR = 366
WORKING = {"1": True, "yes": True, "班": True, "是": True, "0": False, "no": False, "休": False, "否": False}


class VersionForm(forms.ModelForm):
    """A new version with its own date; a past one is never touched."""

    class Meta:
        model = RuleVersion
        fields = (
            "article",
            "text",
            "text_en",
            "effect",
            "needs_reason",
            "standing",
            "jurisdiction",
            "effective_from",
            "values",
            "source",
        )
        widgets = {
            "effective_from": forms.DateInput(attrs={"type": "date"}),
            "text": forms.Textarea(attrs={"rows": 3}),
            "text_en": forms.Textarea(attrs={"rows": 3}),
            "values": forms.Textarea(attrs={"rows": 5, "class": "hash"}),
        }

    def __init__(self, *args: Any, before: RuleVersion, **more: Any) -> None:
        super().__init__(*args, **more)
        self.before = before

    def clean_jurisdiction(self) -> str:
        code: str = self.cleaned_data["jurisdiction"]
        if code and not re.fullmatch(r"\d{2}(\d{2}(\d{2})?)?", code, re.ASCII):
            raise ValidationError(_("Two, four or six digits of a region's code, such as 33 or 3301."))
        return code

    def clean_values(self) -> dict[str, Any]:
        values = self.cleaned_data["values"]
        if not isinstance(values, dict) or set(values) != set(self.before.values):
            keys = ", ".join(sorted(self.before.values)) or "{}"
            raise ValidationError(_("The values must have exactly these keys: %(keys)s.") % {"keys": keys})
        for key, value in values.items():
            self._same_kind(key, value, self.before.values[key])
        return values

    def _same_kind(self, key: str, value: Any, before: Any) -> None:
        numbers = (isinstance(value, int | str) and not isinstance(value, bool)) and isinstance(before, int | str)
        if type(value) is not type(before) and not numbers:
            raise ValidationError(
                _("“%(key)s” must be of the same kind as before: %(before)s.") % {"key": key, "before": before}
            )
        if _is_number(before) and not _is_number(value):
            raise ValidationError(_("“%(key)s” must be a number.") % {"key": key})
        if key == "patterns":
            for pattern in value:
                try:
                    re.compile(str(pattern))
                except re.error as error:
                    raise ValidationError(
                        _("“%(pattern)s”: %(error)s") % {"pattern": pattern, "error": error}
                    ) from error

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        same = RuleVersion.objects.filter(
            rule=self.before.rule,
            variant=self.before.variant,
            jurisdiction=cleaned.get("jurisdiction", ""),
            effective_from=cleaned.get("effective_from") or date.max,
        )
        if same.exists():
            self.add_error(
                "effective_from", _("A version from this day is there already, and a version is never edited.")
            )
        return cleaned


def _is_number(value: Any) -> bool:
    """Days, rates and amounts: not negative, as a number or as text."""
    plain = isinstance(value, int | str) and not isinstance(value, bool)
    return plain and str(value).replace(".", "", 1).isdigit()


class YearForm(forms.Form):
    """The official days of one year, as a file or as lines; all of them or none."""

    source = forms.CharField(label=gettext_lazy("Notice of the State Council"), max_length=200)
    file = forms.FileField(label=gettext_lazy("File (CSV or XLSX: date, working, name)"), required=False)
    lines = forms.CharField(
        label=gettext_lazy("Or line by line"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "class": "hash"}),
        help_text=gettext_lazy("2027-01-01,休,元旦 — 休 for a day off, 班 for a make-up workday"),
    )
    replace = forms.BooleanField(label=gettext_lazy("Replace what is known of this year"), required=False)

    def __init__(self, *args: Any, year: int, known: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        self.year, self.known = year, known

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        file, lines = cleaned.get("file"), cleaned.get("lines", "")
        if bool(file) == bool(lines.strip()):
            raise ValidationError(_("Choose a file, or write the days below: one of the two."))
        if self.known and not cleaned.get("replace"):
            self.add_error("replace", _("This year is known already; tick to replace it."))
        rows = _table(file) if file else list(csv.reader(io.StringIO(lines)))
        cleaned["days"] = self._days(rows)
        return cleaned

    def _days(self, rows: list[list[str]]) -> dict[date, tuple[bool, str]]:
        found: dict[date, tuple[bool, str]] = {}
        problems = []
        for number, row in enumerate(rows, start=1):
            cells = [str(cell or "").strip() for cell in row] + ["", "", ""]
            if not any(cells) or (number == 1 and cells[0].lower() in ("date", "日期")):
                continue
            try:
                day = date.fromisoformat(cells[0][:10])
            except ValueError:
                problems.append(
                    _("row %(n)d: “%(text)s” is no date such as 2027-01-01") % {"n": number, "text": cells[0][:30]}
                )
                continue
            working = WORKING.get(cells[1].lower())
            if working is None:
                problems.append(_("row %(n)d: write 休 or 班") % {"n": number})
            elif day.year != self.year:
                problems.append(
                    _("row %(n)d: %(day)s is not in %(year)d") % {"n": number, "day": day, "year": self.year}
                )
            elif day in found:
                problems.append(_("row %(n)d: %(day)s is there twice") % {"n": number, "day": day})
            else:
                found[day] = (working, cells[2][:40])
        if problems or not found:
            raise ValidationError(problems[:20] or [_("There is no day in it.")])
        return found

    @transaction.atomic
    def save(self, user: Any) -> None:
        OfficialDay.objects.filter(day__year=self.year).delete()
        OfficialYear.objects.filter(year=self.year).delete()
        for day, (working, name) in self.cleaned_data["days"].items():
            OfficialDay.objects.create(day=day, working=working, name=name, added_by=user)
        OfficialYear.objects.create(year=self.year, source=self.cleaned_data["source"], entered_by=user)


def _table(file: Any) -> list[list[str]]:
    """The rows of a CSV or XLSX file, told apart by content."""
    if file.size > FILE_LIMIT:
        raise ValidationError(_("The file is larger than 200 kB; a year's days are far smaller."))
    content: bytes = file.read()
    if content.startswith(b"PK"):
        return _sheet(content)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return list(csv.reader(io.StringIO(content.decode(encoding))))[: DAYS_A_YEAR + 1]
        except (UnicodeDecodeError, csv.Error):
            continue
    raise ValidationError(_("The file is neither CSV nor XLSX."))


def _sheet(content: bytes) -> list[list[str]]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = sheet.iter_rows(max_row=DAYS_A_YEAR + 1, max_col=3, values_only=True)
        return [[str(cell) if cell is not None else "" for cell in row] for row in rows]
    except (BadZipFile, KeyError, ValueError, OSError, IndexError) as error:
        raise ValidationError(_("The file cannot be read as XLSX.")) from error
