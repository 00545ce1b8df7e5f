"""What a password must hold (RULES §10: at least 10 characters, 3 of 4 classes)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def character_classes(password: str) -> int:
    """How many of the four classes occur: lower case, upper case, digits, anything else."""
    return (
        any(character.islower() for character in password)
        + any(character.isupper() for character in password)
        + any(character.isdigit() for character in password)
        + any(not (one.islower() or one.isupper() or one.isdigit()) for one in password)
    )


class CharacterClassesValidator:
    """Asks for ``wanted`` of the four classes."""

    def __init__(self, wanted: int = 3) -> None:
        self.wanted = wanted

    def validate(self, password: str, user: Any = None) -> None:
        if character_classes(password) < self.wanted:
            raise ValidationError(self.get_help_text(), code="password_too_few_classes")

    def get_help_text(self) -> str:
        return _(
            "The password must hold at least %(wanted)d of these: lower-case letters, upper-case letters, "
            "digits, other characters."
        ) % {"wanted": self.wanted}
