"""Threads as everybody reads them: the list, one thread, its log, its notices, its papers.

Nothing sealed and nothing personal is on these pages: not who or how many bid before the opening, no price
before the award where RULES P9 does not read prices out, no name of a member before the result.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.core.files.storage import storages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from procurement.accounts import acting
from procurement.accounts.models import Organisation
from procurement.awards.models import Award
from procurement.bids.access import runs_offers
from procurement.calls.models import Call
from procurement.common import bodies, page_cache
from procurement.common.kept import Counted, kept
from procurement.contracts.models import Contract
from procurement.delivery.enums import DONE
from procurement.delivery.models import Milestone
from procurement.evaluation.actions import sample
from procurement.evaluation.documents import subjects
from procurement.evaluation.enums import EvaluationState
from procurement.opendata import papers, record, tasks
from procurement.opendata.search import find as search
from procurement.opendata.search.models import Kind
from procurement.opendata.timeline import Timeline
from procurement.projects.enums import NOTICE_TITLES, Domain, NoticeKind, ProjectState
from procurement.projects.models import Project
from workflows.clock import database_now
from workflows.models import Job

ROWS = 20
ORDERED_FOR = 600  # seconds in which the same paper is not ordered twice


def page_of(rows: Any, request: HttpRequest, *subjects: str) -> Page[Any]:
    """The page the address asks for; a number out of range gives the nearest page.

    ``subjects``: what a public list rests on (``page_cache``); its length is then counted once until one is touched.
    """
    pages = Paginator(rows, ROWS)
    if subjects:
        asked = sorted((name, value) for name, value in request.GET.items() if name != "page")
        pages = Counted(rows, ROWS, kept(f"{request.path}?{urlencode(asked)}", subjects, rows.count))
    return pages.get_page(request.GET.get("page"))


def kept_page(rows: Any, request: HttpRequest, finish: Callable[[Page[Any]], None], *subjects: str) -> Page[Any]:
    """The same with its rows as ``finish`` leaves them, kept until a subject is touched: for rows that are dear."""

    def make() -> tuple[int, list[Any], int]:
        page = page_of(rows, request)
        finish(page)
        return page.number, list(page), page.paginator.count

    asked = urlencode(sorted(request.GET.items()))
    number, found, total = kept(f"rows of {request.path}?{asked}", subjects, make)
    page = Counted(found, ROWS, total).get_page(number)
    page.object_list = found
    return page


def words(request: HttpRequest, name: str = "q") -> str:
    return request.GET.get(name, "").replace("\x00", "").strip()[:100]


def chosen(request: HttpRequest, name: str, allowed: Iterable[str]) -> str:
    """A filter's value; one that is not known counts as not asked."""
    value = request.GET.get(name, "")
    return value if value in allowed else ""


def public_projects() -> QuerySet[Project]:
    """What a buyer has approved; a draft that was dropped before that is nobody's business."""
    return Project.objects.filter(approved_at__isnull=False).select_related("buyer")


def _tell_reach(page: Page[Any]) -> None:
    """How far each of the page's threads came, so that the strip of an ended one stops where it broke off.

    Asked of these rows alone: as part of the list's own query it is worked out for every thread there is.
    """
    shown = [project.pk for project in page]
    noticed = Award.objects.filter(noticed_at__isnull=False).exclude(state="revoked")
    steps = (
        ("delivering", Contract.objects.filter(signed_at__isnull=False), "award__lot__call__project"),
        ("awarded", noticed, "lot__call__project"),
        ("tendering", Call.objects.filter(published_at__isnull=False), "project"),
    )
    found = {state: set(rows.filter(**{f"{way}__in": shown}).values_list(way, flat=True)) for state, rows, way in steps}
    for project in page:
        project.reached = next((state for state, threads in found.items() if project.pk in threads), "approved")


@require_safe
@bodies.shared_body
def threads(request: HttpRequest) -> HttpResponse:
    """Every approved project, newest first."""
    page_cache.show(request, "threads")
    q, domain = words(request), chosen(request, "domain", Domain.values)
    states = [choice for choice in ProjectState.choices if choice[0] != ProjectState.FORMED]
    state = chosen(request, "state", [value for value, _label in states])
    rows = public_projects().order_by("-pk")
    rows = rows.filter(search.fitting(q, Kind.THREAD))
    rows = rows.filter(**{name: value for name, value in (("domain", domain), ("state", state)) if value})
    page = kept_page(rows, request, _tell_reach, "threads")
    context = {"page": page, "q": q, "domain": domain, "state": state, "domains": Domain.choices, "states": states}
    return bodies.shared(request, "opendata/threads.html", context)


def project_of(number: str) -> Project:
    return get_object_or_404(public_projects(), number=number)


class PublicThread(Timeline):
    """The timeline with what residents said in full, steps of the service, and every score beside its sample."""

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The milestones, each with how much of what it promises is done, 0–100."""
        rows = {
            row.pk: row
            for row in Milestone.objects.filter(contract__in=self.contracts).prefetch_related("deliverables")
        }
        return [{"milestone": found, "done": _done(rows[found.pk])} for found in self.milestones]

    def _documents(self, knot: int) -> list[dict[str, str]]:
        """Notices by their statutory titles: “Contract” and the notice of it are not the same link."""
        titles = self._notice_titles()
        return [link | {"label": titles.get(link["url"], link["label"])} for link in super()._documents(knot)]

    def _notice_titles(self) -> dict[str, str]:
        kinds = Counter(found.kind for found in self.notices)
        return {
            reverse("notice", args=[self.project.number, found.number]): str(NOTICE_TITLES[NoticeKind(found.kind)])
            + (f" {timezone.localtime(found.published_at):%m-%d}" if kinds[found.kind] > 1 else "")
            for found in self.notices
        }

    def _need(self) -> dict[str, Any]:
        lines = [
            ngettext("%(title)s · %(n)d resident", "%(title)s · %(n)d residents", need.supporters)
            % {"title": need.title, "n": need.supporters}
            for need in self.needs
        ]
        return super()._need() | {"lines": lines}

    def _evaluation(self) -> dict[str, Any]:
        entry = super()._evaluation()
        return entry | {"lines": entry["lines"] + [_sampled(sample(found)) for found in self.evaluations]}


def _done(milestone: Milestone) -> Decimal:
    if milestone.state in DONE:
        return Decimal(100)
    shares = [
        min((row.actual or Decimal(0)) / row.target, Decimal(1)) for row in milestone.deliverables.all() if row.target
    ]
    return sum(shares, Decimal(0)) / len(shares) * 100 if shares else Decimal(0)


def _sampled(heard: dict[str, Any]) -> str:
    """E5: how many answered of how many served, and how sure that makes the residents' part."""
    line = _("%(answers)s answers of %(population)s people served (%(rate)s%%), margin ±%(margin)s points") % {
        "answers": heard["answers"],
        "population": heard["population"],
        "rate": heard["response_rate"] if heard["response_rate"] is not None else "—",
        "margin": heard["margin"] if heard["margin"] is not None else "—",
    }
    return line if heard["sufficient"] else f"{line} · {_('insufficient sample')}"


@require_safe
def thread(request: HttpRequest, number: str) -> HttpResponse:
    """One project from need to verdict."""
    project = project_of(number)
    page_cache.show(request, f"thread:{project.pk}", "needs")
    shown = PublicThread(project, list(readable(project, request)))
    rows = record.visible(project)
    last = rows.last()
    context = {
        "project": project,
        "timeline": shown,
        "entries": shown.entries(),
        "rows": rows.count(),
        "head": last.hash if last else "",
        "whole": record.is_whole(project),
    }
    return render(request, "opendata/thread.html", context)


@require_safe
def thread_log(request: HttpRequest, number: str) -> HttpResponse:
    """The thread's record as sentences; the hashes are those that chain it."""
    project = project_of(number)
    page_cache.show(request, f"thread:{project.pk}")
    page = page_of(record.visible(project), request)
    page.object_list = [record.sentence(row, project) for row in page]
    return render(request, "opendata/log.html", {"project": project, "page": page})


def readable(project: Project, request: HttpRequest) -> Iterator[tuple[str, Any]]:
    """Kind and row of every paper this reader may open now, in order."""
    own = acting.organisation_of(request)
    for kind, row in subjects(project):
        if papers.is_public(kind, row) or (own is not None and _own_paper(kind, row, project, own)):
            yield kind, row


def _own_paper(kind: str, row: Any, project: Project, organisation: Organisation) -> bool:
    """What only the parties read: a bidder its receipt, the buyer or its agency all once opened, both what binds."""
    own = organisation.pk
    if kind == "receipt":
        opened = row.opened_at is not None
        return row.supplier_id == own or (opened and runs_offers(organisation, project, database_now()))
    if kind in ("contract", "amendment"):
        return own in (project.buyer_id, row.supplier.pk)
    if kind == "evaluation_report":
        # the supplier's right of reply begins when the report is handed over, not when it is computed
        handed_over = row.state == EvaluationState.REPORTED
        return own == project.buyer_id or (handed_over and own == row.contract.supplier.pk)
    return False


@never_cache
@require_safe
def document(request: HttpRequest, number: str, kind: str, pk: int) -> HttpResponseBase:
    """One paper as PDF, inline; printed by a worker, with a page that waits for it. 404 for who may not read it."""
    project = project_of(number)
    row = next((row for found, row in readable(project, request) if found == kind and row.pk == pk), None)
    if row is None:
        raise Http404
    storage, name = storages["private"], tasks.stored_name(project, kind, row)
    if storage.exists(name):
        file = FileResponse(storage.open(name), content_type="application/pdf", filename=f"{project.number}-{kind}.pdf")
        file["X-Content-Type-Options"] = "nosniff"
        return file
    failed = _ordered(project, kind, row, name)
    context = {"project": project, "label": papers.LABELS[kind], "failed": failed}
    response = render(request, "opendata/printing.html", context, status=503 if failed else 202)
    if not failed:
        response["Refresh"] = "2"
    return response


def _ordered(project: Project, kind: str, row: Any, name: str) -> bool:
    """Orders the printing once; true where a worker has given it up."""
    key = f"document:{name}"
    if cache.add(key, 0, ORDERED_FOR):
        cache.set(key, tasks.order(project, kind, row).pk, ORDERED_FOR)
        return False
    return Job.objects.filter(pk=cache.get(key) or 0, state=Job.State.FAILED).exists()
