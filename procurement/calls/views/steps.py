"""The six steps of a draft: which rules belong to each, how far each is, what is told as met."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from procurement.calls import drafting, thresholds, timetable
from procurement.calls.guards.method import bought_this_year
from procurement.calls.models import Call
from procurement.projects.enums import NegativeItem
from procurement.projects.models import Project
from workflows.reasons import Reason

STEPS = {
    "project": _("Project and budget"),
    "negative": _("Negative list"),
    "timetable": _("Method and timetable"),
    "criteria": _("Criteria"),
    "documents": _("Documents"),
    "review": _("Review and hand in"),
}
# where a rule is solved; what is not named here is solved on the step of the documents
STEP_OF = {
    "project_state": "project", "W11": "timetable", "W10": "timetable", "W12": "timetable", "W8": "timetable",
    "W9": "timetable", "P1": "timetable", "P2": "timetable", "P3": "timetable", "deadline": "timetable",
    "documents_until": "timetable", "D4": "timetable", "B4": "timetable", "S1": "criteria", "S3": "criteria",
    "weights": "criteria", "price_twice": "criteria", "W4": "negative",
}  # fmt: skip
# the field under which a rule is told
FIELD_OF = {
    "P1": "deadline", "P2": "deadline", "deadline": "deadline", "P3": "documents_until", "D4": "deadline",
    "documents_until": "documents_until", "W11": "ceiling", "W10": "method", "W8": "sme_policy",
    "W12": "urgent_reason",
}  # fmt: skip
SENTENCE = re.compile(r"[^。；！？;!?\n]+[。；！？;!?]?")
# what is told as met where the rule of that id is silent
MET = {
    "W11": _("The ceiling is within the budget."),
    "W10": _("The method fits the amount."),
    "P1": _("Bidders have the time the rules give them."),
    "weights": _("The weights sum to 100."),
    "S1": _("The price weighs what it may."),
    "S3": _("Every judged factor says how its points are earned."),
    "W6": _("No phrase found that limits who may bid."),
    "N1": _("The notice has every statutory field."),
}


@dataclass(frozen=True)
class Step:
    key: str
    label: Any
    status: str  # done | now | next
    href: str


@dataclass(frozen=True)
class Hint:
    """What the rules say of one field."""

    name: str
    reasons: list[Reason]

    @property
    def blocks(self) -> bool:
        return any(reason.blocks for reason in self.reasons)


def step_of(reason: Reason) -> str:
    return STEP_OF.get(reason.rule or reason.code, STEP_OF.get(reason.code, "documents"))


def steps(call: Call, here: str, reasons: list[Reason], address: Any) -> list[Step]:
    """The way through the draft: a step is done when nothing that is solved there blocks."""
    blocked = {step_of(reason) for reason in reasons if reason.blocks}
    found = []
    for key, label in STEPS.items():
        done = key not in blocked and (key != "review" or call.handed_in_at is not None)
        found.append(Step(key, label, "now" if key == here else "done" if done else "next", address(key)))
    return found


def met(reasons: list[Reason]) -> list[Any]:
    unmet = {reason.rule or reason.code for reason in reasons}
    if "deadline" in unmet:
        unmet.add("P1")  # before the publication there is no time to bid at all
    return [words for rule, words in MET.items() if rule not in unmet]


def marked(call: Call, reasons: list[Reason]) -> list[tuple[Any, SafeString]]:
    """Where it stands, and the sentence, with every restrictive phrase in it marked (W6)."""
    phrases = sorted({str(reason.facts["phrase"]) for reason in reasons if "phrase" in reason.facts}, key=len)
    if not phrases:
        return []
    pattern = re.compile("|".join(map(re.escape, reversed(phrases))))
    texts = [(gettext("Qualifications"), call.qualifications), (gettext("What is wanted"), call.requirements)]
    texts += [(gettext("What is wanted"), call.project.summary)] if call.project.summary != call.requirements else []
    texts += [(criterion.name, f"{criterion.name} {criterion.rule}") for criterion in call.criteria.all()]
    return [
        (where, _with_marks(sentence.strip(), pattern))
        for where, text in texts
        for sentence in SENTENCE.findall(text)
        if pattern.search(sentence)
    ]


def _with_marks(sentence: str, pattern: re.Pattern[str]) -> SafeString:
    pairs, last = [], 0
    for match in pattern.finditer(sentence):
        pairs.append((sentence[last : match.start()], match.group()))
        last = match.end()
    return format_html("{}{}", format_html_join("", "{}<mark>{}</mark>", pairs), sentence[last:])


def hints(reasons: list[Reason]) -> list[Hint]:
    """What the rules say of single fields of the timetable, to be shown under them."""
    found: dict[str, list[Reason]] = {}
    for reason in reasons:
        name = FIELD_OF.get(reason.rule or reason.code)
        if name is not None:
            found.setdefault(name, []).append(reason)
    return [Hint(name, told) for name, told in found.items()]


def weights(call: Call) -> Decimal:
    """What the weights sum to as they stand on the page."""
    return sum((criterion.weight for criterion in call.criteria.all()), Decimal(0))


def bought(call: Call, at: datetime) -> dict[str, Any]:
    """What was bought this year under the same item and budget line, with the sum, this project included (W9)."""
    numbers = dict(bought_this_year(call, at))
    rows = list(Project.objects.filter(number__in=numbers).order_by("pk"))
    together = call.project.budget + sum((project.budget for project in rows), Decimal(0))
    return {"projects": rows, "times": len(rows) + 1, "together": together}


def earliest(call: Call, at: datetime) -> list[tuple[str, Any]]:
    """The earliest lawful dates if published then: (what, Earliest)."""
    rows = [
        (gettext("Deadline for bids (P1)"), timetable.to_bid(call, at)),
        (gettext("Notice shown until (P2)"), timetable.notice_shown(call, at)),
        (gettext("Documents obtainable until (P3)"), timetable.documents_obtainable(call, at)),
    ]
    return [(label, found) for label, found in rows if found is not None]


def scale(call: Call, at: datetime) -> list[tuple[str, Any]]:
    """Where the amount stands among the thresholds."""
    buyer = call.project.buyer
    return [
        (gettext("Statutory procedure from"), thresholds.statutory_threshold(buyer, at)),
        (gettext("Open tender from"), thresholds.tender_threshold(buyer, at)),
        (gettext("Budget"), call.project.budget),
    ]


def overlapping(project: Project) -> list[Project]:
    """Projects of other organisations nearby, of the same domain and at the same time: worth a telephone call."""
    return list(
        Project.objects.filter(
            domain=project.domain,
            rehearsal=False,
            buyer__region__startswith=project.buyer.region[:4],
            term_start__lte=project.term_end,
            term_end__gte=project.term_start,
        )
        .exclude(buyer=project.buyer)
        .exclude(state__in=["failed", "terminated", "closed"])
        .select_related("buyer")
        .order_by("-pk")[:3]
    )


def negative_list(project: Project) -> list[tuple[Any, Any]]:
    """Each item of the negative list with who ticked it and when, or nothing."""
    ticks = {tick.item: tick for tick in project.ticks.select_related("ticked_by")}
    return [(label, ticks.get(item)) for item, label in NegativeItem.choices]


def judged(call: Call, at: datetime) -> tuple[list[Reason], datetime]:
    """What the rules say of the draft, on the day it is meant to be published."""
    day = drafting.publication(call, at)
    return drafting.judged(call, at=day), day
