"""统一社会信用代码: the eighteen characters every organisation goes by (RULES I1), and masks for people (I2)."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I, O, S, V, Z
LENGTH = 18
WEIGHTS = [3**position % 31 for position in range(LENGTH - 1)]
ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"  # GB 11714
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ORGANISATION_PART = slice(8, 17)

MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
IDENTITY = re.compile(r"\d{17}[\dX]", re.ASCII)


def check_character(first_seventeen: str) -> str:
    """The eighteenth character (GB 32100-2015): 31 − Σ value × weight mod 31, mod 31."""
    total = sum(ALPHABET.index(character) * weight for character, weight in zip(first_seventeen, WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def organisation_check_character(first_eight: str) -> str:
    """The ninth character of the organisation code within (GB 11714): 11 − Σ mod 11, 10 is X and 11 is 0."""
    total = sum(
        ORGANISATION_ALPHABET.index(character) * weight
        for character, weight in zip(first_eight, ORGANISATION_WEIGHTS, strict=True)
    )
    return {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))


def problem(code: str) -> str | None:
    """What is wrong with a credit code, as a sentence that says what to do; None where it is valid."""
    if len(code) != LENGTH:
        return _("A credit code has 18 characters; this one has %(count)d.") % {"count": len(code)}
    strange = next((character for character in code if character not in ALPHABET), None)
    if strange is not None:
        return _("A credit code holds digits and capital letters without I, O, S, V, Z; “%(strange)s” is none.") % {
            "strange": strange
        }
    wanted = check_character(code[:-1])
    if code[-1] != wanted:
        return _("The credit code's last character should be %(wanted)s: check the code against the certificate.") % {
            "wanted": wanted
        }
    part = code[ORGANISATION_PART]
    wanted = organisation_check_character(part[:-1])
    if part[-1] != wanted:
        return _("The credit code's 17th character should be %(wanted)s: check the code against the certificate.") % {
            "wanted": wanted
        }
    return None


def mask_mobile(number: str) -> str:
    """138****1234; anything that is no mobile number is hidden whole."""
    return f"{number[:3]}****{number[-4:]}" if MOBILE.fullmatch(number) else "*" * len(number)


def mask_identity(number: str) -> str:
    """110105********002X; anything that is no identity number is hidden whole."""
    return f"{number[:6]}********{number[-4:]}" if IDENTITY.fullmatch(number) else "*" * len(number)
