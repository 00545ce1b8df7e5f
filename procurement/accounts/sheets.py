"""Staff lists as XLSX: the template to fill in, and reading one back row by row. Nothing here writes rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from procurement.accounts.credentials import clean_mobile
from procurement.accounts.enums import Role
from procurement.common import spreadsheets
from procurement.common.credit_codes import MOBILE
from procurement.common.spreadsheets import Column, Problem

COLUMNS = (
    Column(pgettext_lazy("of a person", "Name"), 28),
    Column(gettext_lazy("Mobile"), 16, as_text=True),
    Column(gettext_lazy("E-mail"), 30),
    Column(gettext_lazy("Roles"), 40),
)
SEPARATORS = str.maketrans("，、；;/|\n", ",,,,,,,")


def _example() -> str:
    return _("Zhang San (an example: replace it)")


def template_file(roles: Sequence[Role]) -> bytes:
    """An empty list with its heading, one line as an example, and the roles there are on a second sheet."""
    example = [_example(), "13800000000", "zhangsan@example.org", str(roles[-1].label)]
    return spreadsheets.template(_("Staff"), COLUMNS, example, (_("Roles"), [role.label for role in roles]))


def read(upload: Any, roles: Sequence[Role]) -> tuple[list[dict[str, Any]], list[Problem]]:
    """Rows (row, name, mobile, email, roles) and every problem. Raises ``SheetRefused``."""
    labels = _labels(roles)
    found: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for row in spreadsheets.read(upload, COLUMNS, _example()):
        person, wrong = _person(row.number, row.texts, labels)
        found.append(person)
        problems += row.problems + wrong
    for key, letter in (("mobile", "B"), ("email", "C")):
        problems += spreadsheets.doubles([(person["row"], person[key].lower()) for person in found], letter)
    return found, problems


def _labels(roles: Sequence[Role]) -> dict[str, str]:
    """What people may write for a role: its name in either language, or its code."""
    found: dict[str, str] = {}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            found |= {str(role.label).lower(): str(role) for role in roles}
    return found | {str(role): str(role) for role in roles}


def _person(number: int, texts: list[str], labels: dict[str, str]) -> tuple[dict[str, Any], list[Problem]]:
    problems = []
    name, mobile, email = texts[0], clean_mobile(texts[1]), texts[2]
    if not name or len(name) > 60:
        problems.append(Problem(number, "A", _("Write the name, in at most 60 characters.")))
    if mobile and not MOBILE.fullmatch(mobile):
        problems.append(Problem(number, "B", _("A mobile number has 11 digits and begins with 1.")))
    if email and not _is_email(email):
        problems.append(Problem(number, "C", _("This is no e-mail address.")))
    if not mobile and not email:
        problems.append(Problem(number, "B", _("Write a mobile number or an e-mail address.")))
    written = [word.strip() for word in texts[3].translate(SEPARATORS).split(",") if word.strip()]
    for word in written:
        if word.lower() not in labels:
            problems.append(
                Problem(number, "D", _("“%(word)s” is no role of this organisation.") % {"word": word[:30]})
            )
    if not written:
        problems.append(Problem(number, "D", _("Write at least one role.")))
    codes = sorted({labels[word.lower()] for word in written if word.lower() in labels})
    return {"row": number, "name": name, "mobile": mobile, "email": email, "roles": codes}, problems


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254
