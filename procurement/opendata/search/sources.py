"""What can be found, and where it comes from. A later package adds its own: ``register(Source(…))``.

A source names only what is public at this moment; what is sealed, in draft or personal never reaches the index.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.urls import reverse

from procurement.accounts.models import Organisation
from procurement.awards.models import Award
from procurement.calls.enums import CallState
from procurement.calls.models import Call
from procurement.needs.enums import NeedState
from procurement.needs.models import Need
from procurement.opendata.search.models import Kind, Mark, SearchEntry, Standing
from procurement.opendata.threads import public_projects
from procurement.projects.enums import ProjectState
from procurement.projects.models import Notice, Project

# Fields of a notice that name people or how to reach them.
PERSONAL_FIELDS = {"contacts", "committee", "members", "supplier_contact", "buyer_contact"}
_NUMBERS_OF_PEOPLE = re.compile(
    r"(?<!\d)(?:1[3-9]\d{9}|[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx])(?!\d)"
)


@dataclass(frozen=True)
class Source:
    """One kind of thing. ``of_thread``: which of its rows hang on one project."""

    kind: Kind
    rows: Callable[[], QuerySet[Any]]
    entry: Callable[[Any], SearchEntry]
    of_thread: Callable[[int], Q] | None = None


SOURCES: dict[str, Source] = {}


def register(source: Source) -> Source:
    SOURCES[source.kind] = source
    return source


def _text(*parts: Any) -> str:
    """Lines of text without telephone and identity numbers (I2); the fence behind the choice of fields."""
    return _NUMBERS_OF_PEOPLE.sub("", "\n".join(str(part) for part in parts if part))


def _of(project: Project) -> dict[str, Any]:
    mark = Mark.REHEARSAL if project.rehearsal else Mark.IMPORTED if project.imported else ""
    return {"domain": project.domain, "region": project.buyer.region, "buyer_id": project.buyer_id, "mark": mark}


def _standing(state: str) -> str:
    if state in (ProjectState.FAILED, ProjectState.TERMINATED):
        return Standing.ENDED
    return Standing.DONE if state == ProjectState.CLOSED else Standing.CURRENT


def _calls() -> QuerySet[Call]:
    return Call.objects.filter(published_at__isnull=False).select_related("project__buyer").prefetch_related("lots")


CALL_STANDINGS = {
    CallState.PUBLISHED: Standing.OPEN,
    CallState.OPENED: Standing.CURRENT,
    CallState.CONCLUDED: Standing.DONE,
    CallState.FAILED: Standing.ENDED,
    CallState.CANCELLED: Standing.ENDED,
}


def _call(call: Call) -> SearchEntry:
    lots = [lot.name for lot in call.lots.all()]
    return SearchEntry(
        title=call.project.title,
        body=_text(
            call.number, call.project.buyer.name, call.project.summary, call.requirements, call.qualifications, *lots
        ),
        url=f"/calls/{call.number.lower()}/",
        state=CALL_STANDINGS[CallState(call.state)],
        at=call.published_at,
        until=call.deadline,
        **_of(call.project),
    )


def _notices() -> QuerySet[Notice]:
    return Notice.objects.filter(project__approved_at__isnull=False).select_related("project__buyer")


def _notice(notice: Notice) -> SearchEntry:
    told = [value for name, value in notice.fields.items() if name not in PERSONAL_FIELDS]
    return SearchEntry(
        title=notice.title,
        body=_text(notice.number, notice.project.buyer.name, *told),
        url=reverse("notice", args=[notice.project.number, notice.number]),
        at=notice.published_at,
        **_of(notice.project),
    )


def _projects() -> QuerySet[Project]:
    awards = Award.objects.filter(noticed_at__isnull=False).exclude(state="revoked").select_related("bid__supplier")
    return public_projects().prefetch_related(
        "needs",
        Prefetch("calls", Call.objects.filter(published_at__isnull=False)),
        Prefetch("calls__lots__awards", awards),
    )


def _project(project: Project) -> SearchEntry:
    winners = [
        award.bid.supplier.name for call in project.calls.all() for lot in call.lots.all() for award in lot.awards.all()
    ]
    return SearchEntry(
        title=project.title,
        body=_text(
            project.number,
            project.buyer.name,
            project.summary,
            *dict.fromkeys(winners),
            *(need.title for need in project.needs.all()),
            project.end_reason,
        ),
        url=reverse("thread", args=[project.number]),
        state=_standing(project.state),
        at=project.approved_at,
        **_of(project),
    )


NEED_STANDINGS = {
    NeedState.ANSWERED: Standing.DONE,
    NeedState.CONFIRMED: Standing.DONE,
    NeedState.DISPUTED: Standing.DONE,
    NeedState.DECLINED: Standing.ENDED,
    NeedState.MERGED: Standing.ENDED,
}


def _needs() -> QuerySet[Need]:
    return Need.objects.exclude(state=NeedState.DRAFT).select_related("station")


def _need(need: Need) -> SearchEntry:
    return SearchEntry(
        title=need.title,
        body=_text(need.number, need.station.name, need.text, need.decline_reason),
        url=f"{reverse('needs')}?{urlencode({'q': need.title[:100]})}",
        region=need.station.region,
        state=NEED_STANDINGS.get(NeedState(need.state), Standing.CURRENT),
        mark=Mark.IMPORTED if need.imported else "",
        at=need.submitted_at,
    )


def _organisations() -> QuerySet[Organisation]:
    """Those that a public page names: buyers of approved projects, winners, stations that handed needs in."""
    won = Award.objects.filter(bid__supplier=OuterRef("pk"), noticed_at__isnull=False)
    asked = Need.objects.filter(station=OuterRef("pk")).exclude(state=NeedState.DRAFT)
    bought = Project.objects.filter(buyer=OuterRef("pk"), approved_at__isnull=False)
    return Organisation.objects.annotate(buys=Exists(bought), won=Exists(won), asked=Exists(asked)).filter(
        Q(buys=True) | Q(won=True) | Q(asked=True)
    )


def _organisation(found: Any) -> SearchEntry:
    if found.buys:
        url = f"{reverse('threads')}?{urlencode({'q': found.name[:100]})}"
    elif found.asked:
        url = f"{reverse('needs')}?{urlencode({'q': found.name[:100]})}"
    else:
        url = f"{reverse('search')}?{urlencode({'q': found.name[:100], 'kind': Kind.THREAD})}"
    return SearchEntry(
        title=found.name,
        body=_text(found.get_kind_display(), found.code),
        url=url,
        region=found.region,
        at=found.created_at,
    )


register(Source(Kind.CALL, _calls, _call, lambda project: Q(project=project)))
register(Source(Kind.NOTICE, _notices, _notice, lambda project: Q(project=project)))
register(Source(Kind.THREAD, _projects, _project, lambda project: Q(pk=project)))
register(Source(Kind.NEED, _needs, _need, lambda project: Q(projects=project)))
register(
    Source(
        Kind.ORGANISATION,
        _organisations,
        _organisation,
        lambda project: Q(projects=project) | Q(needs__projects=project) | Q(bids__lot__call__project=project),
    )
)
