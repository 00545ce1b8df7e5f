"""The catalogue and the budget as XLSX: templates to fill in, and reading them back row by row."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.common import spreadsheets
from procurement.common.money import parse_yuan
from procurement.common.spreadsheets import Column, Problem
from procurement.projects.enums import FundSource
from procurement.projects.models import BudgetLine, CatalogueItem

CATALOGUE = (Column(gettext_lazy("Name"), 48), Column(gettext_lazy("Code"), 20, as_text=True))
BUDGET = (
    Column(gettext_lazy("Year"), 10),
    Column(gettext_lazy("Name"), 48),
    Column(gettext_lazy("Source of funds"), 20),
    Column(gettext_lazy("Amount (yuan)"), 20),
)
COLUMNS = {CatalogueItem: CATALOGUE, BudgetLine: BUDGET}
YEARS = (2000, 2100)
Rows = list[tuple[int, dict[str, Any]]]


def template_file(model: Any, year: int) -> bytes:
    """The list to fill in."""
    if model is CatalogueItem:
        return spreadsheets.template(_("Guidance catalogue"), CATALOGUE, [_catalogue_example(), "A0101"])
    example = [year, _budget_example(), str(FundSource.FISCAL.label), 200000]
    known = (_("Source of funds"), FundSource.labels)
    return spreadsheets.template(_("Budget lines"), BUDGET, example, known)


def read(model: Any, upload: Any) -> tuple[Rows, list[Problem]]:
    """Number and fields of each row, and every problem. Raises ``SheetRefused``."""
    return _read_catalogue(upload) if model is CatalogueItem else _read_budget(upload)


def _catalogue_example() -> str:
    return _("Care for children (an example: replace it)")


def _budget_example() -> str:
    return _("Services for families (an example: replace it)")


def _name(number: int, letter: str, text: str) -> list[Problem]:
    if text and len(text) <= 200:
        return []
    return [Problem(number, letter, _("Write the name, in at most 200 characters."))]


def _read_catalogue(upload: Any) -> tuple[Rows, list[Problem]]:
    found: Rows = []
    problems: list[Problem] = []
    for row in spreadsheets.read(upload, CATALOGUE, _catalogue_example()):
        name, code = row.texts[:2]
        problems += row.problems + _name(row.number, "A", name)
        if len(code) > 40:
            problems.append(Problem(row.number, "B", _("A code has at most 40 characters.")))
        found.append((row.number, {"name": name, "code": code}))
    return found, problems + spreadsheets.doubles([(number, given["name"]) for number, given in found], "A")


def _read_budget(upload: Any) -> tuple[Rows, list[Problem]]:
    sources = _sources()
    found: Rows = []
    problems: list[Problem] = []
    for row in spreadsheets.read(upload, BUDGET):
        given, wrong = _line(row.number, row.texts, sources)
        found.append((row.number, given))
        problems += row.problems + wrong
        if given["name"] == _budget_example():
            words = _("This is the template's example: replace the row, or delete it.")
            problems.append(Problem(row.number, "B", words))
    keys = [
        (number, (given["year"], given["name"], given["fund_source"]) if given["name"] else "")
        for number, given in found
    ]
    return found, problems + spreadsheets.doubles(keys, "B")


def _sources() -> dict[str, str]:
    """What people may write for a source of funds: its name in either language, or its code."""
    found = {str(source): str(source) for source in FundSource}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            found |= {str(source.label).lower(): str(source) for source in FundSource}
    return found


def _line(number: int, texts: list[str], sources: dict[str, str]) -> tuple[dict[str, Any], list[Problem]]:
    year, name, source, amount = texts[:4]
    problems = _name(number, "B", name)
    plain = year.removesuffix("年").strip()
    if not (plain.isascii() and plain.isdigit() and YEARS[0] <= int(plain[:5]) <= YEARS[1]):
        problems.append(Problem(number, "A", _("Write the year with four digits, such as 2026.")))
    if source.lower() not in sources:
        words = _("Write one of: %(sources)s.") % {"sources": ", ".join(map(str, FundSource.labels))}
        problems.append(Problem(number, "C", words))
    yuan = None
    try:
        yuan = parse_yuan(amount)
    except ValueError as error:
        problems.append(Problem(number, "D", str(error)))
    given = {
        "year": int(plain[:4]) if plain.isascii() and plain.isdigit() else 0,
        "name": name,
        "fund_source": sources.get(source.lower(), ""),
        "amount": yuan,
    }
    return given, problems
