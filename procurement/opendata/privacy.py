"""Personal data in free words is covered before they leave the house (RULES I2)."""

from __future__ import annotations

import re

MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")
IDENTITY = re.compile(r"(?<![0-9A-Za-z])([1-9]\d{5})\d{8}(\d{3}[\dXx])(?![0-9A-Za-z])")
MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")


def covered(words: str) -> str:
    """``words`` with mobile numbers, identity numbers and mail addresses covered: 138****1234, 110105********002X."""
    words = IDENTITY.sub(r"\1********\2", words)
    return MAIL.sub("***", MOBILE.sub(r"\1****\2", words))
