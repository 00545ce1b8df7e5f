from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workflows.reasons import Reason


class TransitionBlocked(Exception):  # noqa: N818 - says what happened, in the words of the engine
    """An act was refused; ``reasons`` holds every unmet rule, not only the first."""

    def __init__(self, reasons: Sequence[Reason], *, act: str = "", subject: Any = None) -> None:
        self.reasons = list(reasons)
        self.act = act
        self.subject = subject
        super().__init__("; ".join(str(reason) for reason in self.reasons))


class OutsideGateway(RuntimeError):  # noqa: N818
    """A transition method was called without ``engine.perform``."""


class ClaimedTimeRefused(RuntimeError):  # noqa: N818
    """Somebody tried to date an act of a live thread."""
