"""What the front page tells: figures of today and the newest of each kind. A fixed number of queries."""

from __future__ import annotations

from typing import Any

from django.db.models import Avg, Count, DecimalField, OuterRef, Q, Subquery, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from cms import calendar_view, listing
from procurement.common.kept import kept
from procurement.evaluation.enums import EvaluationState, Part
from procurement.evaluation.models import AnswerSheet, Evaluation
from procurement.needs.enums import NeedState
from procurement.needs.models import Need
from procurement.opendata import reports, statistics
from procurement.projects.enums import ProjectState
from procurement.projects.models import NeedLink, Project

PUBLIC_NEEDS = [state for state in NeedState.values if state != NeedState.DRAFT]
ANSWERED_NEEDS = [
    NeedState.ADOPTED,
    NeedState.MERGED,
    NeedState.DECLINED,
    NeedState.ANSWERED,
    NeedState.CONFIRMED,
    NeedState.DISPUTED,
]
OPEN_CALLS, NEEDS, REPORTS = 6, 4, 3


SUBJECTS = ("calls", "needs", "reports", "threads")


def figures() -> dict[str, Any]:
    """The numbers of the front page, kept while nothing they count changes and no call closes."""
    return kept("figures", SUBJECTS, _figures, until=lambda found: found["until"])


def _figures() -> dict[str, Any]:
    """Counted. Rehearsals (threads whose times lie ahead) are left out."""
    end_of_day = calendar_view.midnight()
    until = min(moment for moment in (listing.next_deadline(), end_of_day) if moment is not None)
    calls = (
        listing.public_calls()
        .filter(listing.TAKES_BIDS, project__rehearsal=False)
        .order_by()
        .aggregate(open=Count("pk"), today=Count("pk", filter=Q(deadline__lt=end_of_day)))
    )
    needs = statistics.real_needs().aggregate(
        raised=Count("pk"), answered=Count("pk", filter=Q(state__in=ANSWERED_NEEDS))
    )
    served = Project.objects.filter(state=ProjectState.DELIVERING, rehearsal=False).aggregate(
        projects=Count("pk"), people=Sum("beneficiaries")
    )
    return {
        "until": until,
        "open": calls["open"],
        "today": calls["today"],
        "needs": needs["raised"],
        "needs_answered": needs["answered"],
        "delivering": served["projects"],
        "people": served["people"] or 0,
        **_heard(),
    }


def _heard() -> dict[str, Any]:
    """What residents said in published evaluations: how many answers, and the mean of their part (0–100)."""
    published = Evaluation.objects.filter(
        state=EvaluationState.PUBLISHED, contract__award__lot__call__project__rehearsal=False
    )
    answers = AnswerSheet.objects.filter(eligible=True, survey__evaluation__in=published).count()
    part = Cast(KeyTextTransform(Part.RESIDENTS.value, "parts"), DecimalField(max_digits=9, decimal_places=4))
    mean = published.aggregate(mean=Avg(part))["mean"]
    return {"answers": answers, "satisfaction": None if mean is None else f"{mean:.1f}"}


def facts() -> dict[str, Any]:
    """The template context of the front page, kept while nothing in it changes and no call closes."""
    return kept("front-page", SUBJECTS, _facts, until=lambda found: found["figures"]["until"])


def _facts() -> dict[str, Any]:
    # one sum for each call shown, not one for each there is
    supporters = NeedLink.objects.filter(project=OuterRef("project")).order_by().values("project")
    open_calls = (
        listing.public_calls()
        .filter(listing.TAKES_BIDS)
        .annotate(residents=Subquery(supporters.annotate(n=Sum("need__supporters")).values("n")))
        .order_by("deadline", "pk")
    )
    newest = reports.published().order_by("-published_at")[:REPORTS]
    return {
        "figures": figures(),
        "open_calls": list(open_calls[:OPEN_CALLS]),
        "needs": list(
            Need.objects.filter(state__in=PUBLIC_NEEDS)
            .select_related("station")
            .order_by("-submitted_at", "-pk")[:NEEDS]
        ),
        "reports": [reports.told(row) for row in newest],
    }
