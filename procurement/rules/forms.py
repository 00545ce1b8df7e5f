"""Adding a version of a rule; entering the official days of a year."""

from __future__ import annotations

import csv
import io
import json
import re
import zlib
from datetime import date
from fractions import Fraction
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.common.area_field import AreaField
from procurement.rules.models import OfficialDay, OfficialYear, RuleVersion

FILE_LIMIT = 200_000  # bytes; a year has fewer than fifty special days
UNPACKED_LIMIT = 20_000_000  # bytes of all parts of an XLSX file, so that a small file cannot fill the memory
ROW_LIMIT = 1_000
NUMBER_LIMIT = 100_000  # days, years, points, people: more would only be a slip that keeps the calendar counting
UNITS = ("days", "working_days")
AMOUNT = re.compile(r"\d{1,15}(\.\d{1,6})?", re.ASCII)
FRACTION = re.compile(r"\d{1,4}/[1-9]\d{0,3}", re.ASCII)
DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00(?::00)?)?", re.ASCII)
WORKING = {
    "1": True, "yes": True, "true": True, "班": True, "是": True,
    "0": False, "no": False, "false": False, "休": False, "否": False,
}  # fmt: skip


class ValuesField(forms.JSONField):
    """JSON that is shown a line for each value, as it is easier to read and to change."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except (RecursionError, ValueError) as error:  # too deep, or a number of thousands of digits
            raise ValidationError(self.error_messages["invalid"], code="invalid", params={"value": "…"}) from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        try:
            return super().bound_data(data, initial)
        except (RecursionError, ValueError):
            return forms.fields.InvalidJSONInput(data)  # shown again as it was typed

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, forms.fields.InvalidJSONInput | str):
            return value
        return json.dumps(value, ensure_ascii=False, indent=1)


def check_values(values: dict[str, Any], before: dict[str, Any], under: str = "") -> None:
    """Raises ``ValidationError`` unless ``values`` has the keys and kinds of ``before``: guards count with them."""
    if set(values) != set(before):
        keys = ", ".join(sorted(before)) or "{}"
        raise ValidationError(_("The values must have exactly these keys: %(keys)s.") % {"keys": keys})
    for key, value in values.items():
        _check_value(f"{under}{key}", value, before[key])


def _check_value(key: str, value: Any, before: Any) -> None:
    if type(value) is not type(before):
        shown = json.dumps(before, ensure_ascii=False)
        raise ValidationError(
            _("“%(key)s” must be of the same kind as before: %(before)s.") % {"key": key, "before": shown}
        )
    if isinstance(value, dict):
        check_values(value, before, f"{key}.")
    elif isinstance(value, list):
        _check_list(key, value, before)
    elif isinstance(value, str):
        _check_text(key, value, before)
    elif not isinstance(value, bool) and not 0 <= value <= NUMBER_LIMIT:
        raise ValidationError(_("“%(key)s” must be a number from 0 to %(most)d.") % {"key": key, "most": NUMBER_LIMIT})


def _check_list(key: str, value: list[Any], before: list[Any]) -> None:
    if not value:
        raise ValidationError(_("“%(key)s” must not be empty.") % {"key": key})
    for item in value:
        _check_value(key, item, before[0] if before else "")
        if key == "patterns":
            try:
                re.compile(item)
            except re.error as error:
                raise ValidationError(_("“%(pattern)s”: %(error)s") % {"pattern": item, "error": error}) from error


def _check_text(key: str, value: str, before: str) -> None:
    if AMOUNT.fullmatch(before):
        if not AMOUNT.fullmatch(value):
            raise ValidationError(_("“%(key)s” must be a number.") % {"key": key})
    elif FRACTION.fullmatch(before):
        if not FRACTION.fullmatch(value) or Fraction(value) > 1:
            raise ValidationError(_("“%(key)s” must be a share such as 2/3.") % {"key": key})
    elif before in UNITS:
        if value not in UNITS:
            choices = {"key": key, "choices": ", ".join(UNITS)}
            raise ValidationError(_("“%(key)s” must be one of: %(choices)s.") % choices)
    elif not value.strip() or "\x00" in value:  # the database keeps no NUL
        raise ValidationError(_("“%(key)s” must not be empty.") % {"key": key})


class VersionForm(forms.ModelForm):
    """A new version with its own date; a past one is never touched."""

    values = ValuesField(
        label=capfirst(gettext_lazy("values")),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "class": "hash", "spellcheck": "false"}),
        help_text=gettext_lazy("JSON with the keys and kinds of the version before; rates and amounts stay text."),
    )

    jurisdiction = AreaField(
        part=True,
        required=False,
        label=capfirst(gettext_lazy("jurisdiction")),
        help_text=gettext_lazy("A province, city or county by name or code; empty for the whole country."),
    )

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
        }

    def __init__(self, *args: Any, before: RuleVersion, **more: Any) -> None:
        super().__init__(*args, **more)
        self.before = before

    def clean_values(self) -> dict[str, Any]:
        values = {} if self.cleaned_data["values"] is None else self.cleaned_data["values"]
        if not isinstance(values, dict):
            raise ValidationError(_('The values must be an object in braces, such as {"days": 5}.'))
        check_values(values, self.before.values)
        return values

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        same = RuleVersion.objects.filter(
            rule=self.before.rule,
            variant=self.before.variant,
            jurisdiction=cleaned.get("jurisdiction", ""),
            effective_from=cleaned.get("effective_from") or date.max,
        )
        if same.exists():
            self._refuse_day()
        return cleaned

    def _refuse_day(self) -> None:
        self.add_error("effective_from", _("A version from this day is there already, and a version is never edited."))

    def add(self) -> bool:
        """Writes the version; False, with the error on its field, where another hand was faster with that day."""
        try:
            with transaction.atomic():
                self.save()
        except IntegrityError:
            self._refuse_day()
            return False
        return True


class DayForm(forms.Form):
    """One day the State Council has settled apart from a year's schedule."""

    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    working = forms.TypedChoiceField(
        label=gettext_lazy("That day is"),
        choices=[("0", gettext_lazy("a day off")), ("1", gettext_lazy("a working day"))],
        coerce=lambda text: text == "1",
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=40, required=False)

    def __init__(self, *args: Any, year: int, **more: Any) -> None:
        super().__init__(*args, **more)
        self.year = year

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day.year != self.year:
            raise ValidationError(_("%(day)s is not in %(year)d.") % {"day": day, "year": self.year})
        return day

    def save(self, user: Any) -> None:
        kept = {"working": self.cleaned_data["working"], "name": self.cleaned_data["name"]}
        OfficialDay.objects.update_or_create(
            day=self.cleaned_data["day"], defaults=kept | {"added_by": user, "added_at": timezone.now()}
        )


class YearForm(forms.Form):
    """The official days of one year, as a file or as lines; all of them or none."""

    source = forms.CharField(label=gettext_lazy("Notice of the State Council"), max_length=200)
    file = forms.FileField(label=gettext_lazy("File (CSV or XLSX: date, working, name)"), required=False)
    lines = forms.CharField(
        label=gettext_lazy("Or line by line"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6, "class": "hash", "spellcheck": "false"}),
        help_text=gettext_lazy("2027-01-01,休,元旦 — 休 for a day off, 班 for a make-up workday"),
    )
    replace = forms.BooleanField(label=gettext_lazy("Replace what is known of this year"), required=False)

    def __init__(self, *args: Any, year: int, known: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        self.year, self.known = year, known
        if not known:
            del self.fields["replace"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.known and not cleaned.get("replace"):
            self.add_error("replace", _("This year is known already; tick to replace it."))
        if "file" in self.errors or "lines" in self.errors:
            return cleaned
        file, lines = cleaned.get("file"), cleaned.get("lines", "")
        if bool(file) == bool(lines.strip()):
            raise ValidationError(_("Choose a file, or write the days below: one of the two."))
        try:
            cleaned["days"] = read_days(_table(file) if file else _comma_separated(lines), self.year)
        except ValidationError as wrong:
            self.add_error("file" if file else "lines", wrong)
        return cleaned

    @transaction.atomic
    def save(self, user: Any) -> None:
        """Replaces all days of the year; whoever enters the same year at the same time waits for the row."""
        OfficialYear.objects.update_or_create(
            year=self.year,
            defaults={"source": self.cleaned_data["source"], "entered_by": user, "entered_at": timezone.now()},
        )
        OfficialDay.objects.filter(day__year=self.year).delete()
        OfficialDay.objects.bulk_create(
            OfficialDay(day=day, working=working, name=name, added_by=user)
            for day, (working, name) in self.cleaned_data["days"].items()
        )


def read_days(rows: list[list[str]], year: int) -> dict[date, tuple[bool, str]]:
    """Day → (working, name). Raises ``ValidationError`` with one message a wrong row, by its number."""
    found: dict[date, tuple[bool, str]] = {}
    problems: list[str] = []
    for number, row in enumerate(rows, start=1):
        text, working, name = ([cell.replace("\x00", "").strip() for cell in row] + ["", "", ""])[:3]
        if not (text or working or name) or (number == 1 and text.lower() in ("date", "日期")):
            continue
        day = _day(text)
        if day is None:
            problems.append(_("row %(n)d: “%(text)s” is no date such as 2027-01-01") % {"n": number, "text": text[:30]})
        elif working.lower() not in WORKING:
            problems.append(_("row %(n)d: write 休 or 班") % {"n": number})
        elif day.year != year:
            problems.append(_("row %(n)d: %(day)s is not in %(year)d") % {"n": number, "day": day, "year": year})
        elif day in found:
            problems.append(_("row %(n)d: %(day)s is there twice") % {"n": number, "day": day})
        else:
            found[day] = (WORKING[working.lower()], name[:40])
    if problems or not found:
        raise ValidationError(problems[:20] or [_("There is no day in it.")])
    return found


def _day(text: str) -> date | None:
    """2027-01-01, and what a spreadsheet makes of it: 2027/1/1, 2027年1月1日, midnight behind it."""
    match = DAY.fullmatch(text)
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def _table(file: Any) -> list[list[str]]:
    """The rows of a CSV or XLSX file, told apart by content."""
    if file.size > FILE_LIMIT:
        raise ValidationError(_("The file is larger than 200 kB; a year's days are far smaller."))
    content: bytes = file.read()
    if content.startswith(b"PK"):
        return _not_too_long(_sheet(content))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return _comma_separated(content.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise ValidationError(_("The file is neither CSV nor XLSX."))


def _comma_separated(text: str) -> list[list[str]]:
    try:
        return _not_too_long(list(csv.reader(io.StringIO(text))))
    except csv.Error as error:
        raise ValidationError(_("The file is neither CSV nor XLSX.")) from error


def _not_too_long(rows: list[list[str]]) -> list[list[str]]:
    if len(rows) > ROW_LIMIT:  # reading only the first would be half an import
        raise ValidationError(_("There are more than %(most)d rows; a year has 366 days.") % {"most": ROW_LIMIT})
    return rows


def _sheet(content: bytes) -> list[list[str]]:
    import openpyxl

    try:
        with ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > UNPACKED_LIMIT:
                raise BadZipFile("too large once unpacked")
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(max_row=ROW_LIMIT + 1, max_col=3, values_only=True)
        return [[str(cell) if cell is not None else "" for cell in row] for row in rows]
    except (
        BadZipFile,
        zlib.error,
        ParseError,
        EOFError,
        KeyError,
        ValueError,
        TypeError,
        OSError,
        IndexError,
    ) as error:
        raise ValidationError(_("The file cannot be read as XLSX.")) from error
