"""The thread with eight knots, the mark of the product: where a project stands, the same everywhere.

Pure: it knows the words of a project's states and nothing of projects, so that pages, e-mails and papers
can all draw it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, pgettext_lazy

Status = Literal["done", "now", "next", "stopped"]

LABELS: tuple[Promise, ...] = (
    pgettext_lazy("knot", "Need"),
    pgettext_lazy("knot", "Approval"),
    pgettext_lazy("knot", "Call"),
    pgettext_lazy("knot", "Scoring"),
    pgettext_lazy("knot", "Contract"),
    pgettext_lazy("knot", "Delivery"),
    pgettext_lazy("knot", "Acceptance"),
    pgettext_lazy("knot", "Evaluation"),
)
NEED, APPROVAL, CALL, SCORING, CONTRACT, DELIVERY, ACCEPTANCE, EVALUATION = range(8)
FINISHED = len(LABELS)

# The knot at which work stands in each state. Acceptance is reached inside a project's delivery, milestone by
# milestone; a project is past it when the evaluation begins.
STANDS_AT = {
    "formed": APPROVAL,
    "approved": CALL,
    "intended": CALL,
    "tendering": CALL,
    "opened": SCORING,
    "awarded": CONTRACT,
    "contracted": DELIVERY,
    "delivering": DELIVERY,
    "evaluating": EVALUATION,
    "closed": FINISHED,
}
# Where a thread broke off when nobody says how far it had come: a call fails while it runs, and a project may
# be terminated from its first day.
BROKE_OFF_AT = {"failed": CALL, "terminated": APPROVAL}

SUMMARIES = {
    "now": gettext_lazy("Step %(step)d of %(total)d: %(label)s"),
    "stopped": gettext_lazy("Stopped at step %(step)d of %(total)d: %(label)s"),
    "closed": gettext_lazy("All %(total)d steps done"),
}
_GAP, _FIRST = 16, 4  # a strip is 120 units wide: 4 + 7 × 16 + 4


@dataclass(frozen=True)
class Knot:
    """One of the eight: ``number`` from 1, ``status`` done, now, next or stopped."""

    number: int
    label: str
    status: Status


def position(state: str, reached: str = "") -> tuple[int, bool]:
    """The knot (0 to 7; 8 when all is done) at which work stands, and whether the thread broke off there.

    ``reached``: for a failed or terminated project, the last state it lived in. Raises ``ValueError`` for a
    word that is no project state.
    """
    if state in STANDS_AT:
        return STANDS_AT[state], False
    if state in BROKE_OFF_AT:
        return min(STANDS_AT.get(reached, BROKE_OFF_AT[state]), EVALUATION), True
    raise ValueError(f"{state!r} is no state of a project")


def knots(state: str, reached: str = "") -> list[Knot]:
    """The eight knots of a project in ``state``, in order, labels in the language of the moment."""
    at, stopped = position(state, reached)
    here: Status = "stopped" if stopped else "now"
    return [
        Knot(
            number=index + 1,
            label=str(label),
            status="done" if index < at else here if index == at else "next",
        )
        for index, label in enumerate(LABELS)
    ]


def summary(state: str, reached: str = "") -> str:
    """One line that says what the drawing shows: “Step 3 of 8: Call”."""
    at, stopped = position(state, reached)
    if at == FINISHED:
        return str(SUMMARIES["closed"]) % {"total": FINISHED}
    words = SUMMARIES["stopped" if stopped else "now"]
    return str(words) % {"step": at + 1, "total": FINISHED, "label": LABELS[at]}


def strip_context(state: str, reached: str = "") -> dict[str, object]:
    """What a template needs to draw the strip, 120 units wide."""
    at, _stopped = position(state, reached)
    return {
        "knots": [{"x": _FIRST + index * _GAP, "knot": knot} for index, knot in enumerate(knots(state, reached))],
        "gone_to": _FIRST + min(at, FINISHED - 1) * _GAP,
        "summary": summary(state, reached),
    }


def svg_strip(state: str, reached: str = "") -> SafeString:
    """The strip as a self-contained SVG with its own colours, for e-mails and papers without our style sheet."""
    return render_to_string("components/strip_plain.svg", strip_context(state, reached))
