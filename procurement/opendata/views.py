"""What everybody may read: threads, their papers and notices, needs, verdicts, checks; and the survey."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.core.files.storage import storages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from procurement.bids.models import Bid, Envelope
from procurement.contracts.models import Contract
from procurement.evaluation import actions as evaluation_actions
from procurement.evaluation.enums import Item
from procurement.evaluation.models import Evaluation
from procurement.needs.enums import NeedState
from procurement.needs.models import Need
from procurement.opendata import papers
from procurement.opendata.timeline import Timeline
from procurement.projects.enums import Domain, ProjectState
from procurement.projects.models import Notice, Project
from workflows import chain
from workflows.errors import TransitionBlocked
from workflows.models import TransitionLog

ROWS = 20
UNKNOWN_CODES, MINUTES = 20, 10  # so many wrong survey codes from one address in so many minutes


def _page(rows: Any, request: HttpRequest) -> Any:
    return Paginator(rows, ROWS).get_page(request.GET.get("page"))


def _words(request: HttpRequest, name: str = "q") -> str:
    return request.GET.get(name, "").replace("\x00", "").strip()[:100]


def _chosen(request: HttpRequest, name: str, allowed: Any) -> str:
    value = request.GET.get(name, "")
    return value if value in allowed else ""


@require_safe
def threads(request: HttpRequest) -> HttpResponse:
    """Every project, newest first."""
    q, domain = _words(request), _chosen(request, "domain", Domain.values)
    state = _chosen(request, "state", ProjectState.values)
    rows = Project.objects.exclude(state="formed").select_related("buyer").order_by("-pk")
    if q:
        rows = rows.filter(Q(title__icontains=q) | Q(number__icontains=q) | Q(buyer__name__icontains=q))
    rows = rows.filter(**{name: value for name, value in (("domain", domain), ("state", state)) if value})
    context = {
        "page": _page(rows, request),
        "q": q,
        "domain": domain,
        "state": state,
        "domains": Domain.choices,
        "states": [choice for choice in ProjectState.choices if choice[0] != "formed"],
    }
    return render(request, "opendata/threads.html", context)


def _project(number: str) -> Project:
    return get_object_or_404(Project.objects.exclude(state="formed").select_related("buyer"), number=number)


@require_safe
def thread(request: HttpRequest, number: str) -> HttpResponse:
    """One project from need to verdict."""
    project = _project(number)
    timeline = Timeline(project, request)
    log = TransitionLog.objects.filter(thread=project.pk)
    context = {
        "project": project,
        "timeline": timeline,
        "entries": timeline.entries(),
        "rows": log.count(),
        "head": log.order_by("-pk").values_list("hash", flat=True).first() or "",
    }
    return render(request, "opendata/thread.html", context)


@require_safe
def thread_log(request: HttpRequest, number: str) -> HttpResponse:
    """The thread's log, line by line; nothing of what is sealed or personal is in it."""
    project = _project(number)
    rows = TransitionLog.objects.filter(thread=project.pk).select_related("organisation").order_by("at", "pk")
    labels = {
        model._meta.label_lower: (model._meta.verbose_name, dict(_state_of(model).flatchoices))
        for model in chain.machines()
    }
    hidden = _sealed_subjects(project)
    page = _page([row for row in rows if (row.subject_type, row.subject_id) not in hidden], request)
    for row in page:
        name, states = labels.get(row.subject_type, (row.subject_type, {}))
        row.what = f"{row.subject_type.split('.')[-1]}.{row.action}"
        row.subject_name, row.target_label = name, states.get(row.target, row.target)
    return render(request, "opendata/log.html", {"project": project, "page": page})


def _state_of(model: Any) -> Any:
    """The state field of a machine."""
    return model._meta.get_field("state")


def _sealed_subjects(project: Project) -> set[tuple[str, int]]:
    """Bids that are not opened: that they exist is nobody's business yet."""
    sealed = Bid.objects.filter(lot__call__project=project, opened_at__isnull=True).values_list("pk", flat=True)
    return {("bids.bid", pk) for pk in sealed}


@require_safe
def notice(request: HttpRequest, number: str, notice_number: str) -> HttpResponse:
    found = get_object_or_404(
        Notice.objects.select_related("project__buyer"), number=notice_number, project__number=number
    )
    return render(request, "opendata/notice.html", {"notice": found, "project": found.project})


@never_cache
@require_safe
def paper(request: HttpRequest, number: str, kind: str, pk: int) -> HttpResponseBase:
    """One paper as PDF; printed by a worker, with a page that waits for it."""
    project = _project(number)
    row = next((row for found, row in papers.of_thread(project, request) if found == kind and row.pk == pk), None)
    if row is None:
        raise Http404
    storage, name = storages["private"], papers.stored_name(kind, row)
    if storage.exists(name):
        file = FileResponse(storage.open(name), content_type="application/pdf", filename=f"{project.number}-{kind}.pdf")
        file["X-Content-Type-Options"] = "nosniff"
        return file
    if cache.add(f"paper:{name}", "ordered", 30):  # pressing again does not print again
        papers.order(project, kind, row)
    response = render(request, "opendata/printing.html", {"project": project, "label": papers.LABELS[kind]}, status=202)
    response["Refresh"] = "2"
    return response


@require_safe
def needs(request: HttpRequest) -> HttpResponse:
    q, state = _words(request), _chosen(request, "state", NeedState.values)
    rows = Need.objects.exclude(state="draft").select_related("station").prefetch_related("projects")
    if q:
        rows = rows.filter(Q(title__icontains=q) | Q(text__icontains=q) | Q(station__name__icontains=q))
    if state:
        rows = rows.filter(state=state)
    states = [choice for choice in NeedState.choices if choice[0] != "draft"]
    context = {"page": _page(rows.order_by("-raised_on", "-pk"), request), "q": q, "state": state, "states": states}
    return render(request, "opendata/needs.html", context)


@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    rows = (
        Evaluation.objects.filter(state="published", contract__award__lot__call__project__rehearsal=False)
        .select_related("contract__award__lot__call__project__buyer", "contract__award__bid__supplier")
        .order_by("-published_at")
    )
    return render(request, "opendata/reports.html", {"page": _page(rows, request)})


@require_safe
def verify(request: HttpRequest, number: str = "") -> HttpResponse:
    """Checks a receipt number, a contract number or the SHA-256 of a sealed offer."""
    wanted = (number or _words(request)).strip()
    found: list[tuple[str, Any]] = []
    if wanted:
        envelopes = Envelope.objects.filter(Q(bid__number__iexact=wanted) | Q(sha256__iexact=wanted))
        for envelope in envelopes.select_related("bid__lot__call__project")[:10]:
            found += [
                (_("Receipt number"), envelope.bid.number),
                (_("Sealed at"), envelope.sealed_at),
                ("SHA-256", envelope.sha256),
                (_("Call"), envelope.bid.call.number),
            ]
        contract = Contract.objects.filter(number__iexact=wanted, signed_at__isnull=False).first()
        if contract is not None:
            found += [(_("Contract"), contract.number), (_("Signed at"), contract.signed_at)]
            found += [(s.get_party_display(), s.content_sha256) for s in contract.signatures.all()]
        project = Project.objects.exclude(state="formed").filter(number__iexact=wanted).first()
        if project is not None:
            return redirect("thread", number=project.number)
    return render(request, "opendata/verify.html", {"wanted": wanted, "found": found})


@require_safe
def survey_enter(request: HttpRequest) -> HttpResponse:
    """Where a code from a slip of paper is typed in."""
    code = _words(request, "code")
    return redirect("survey", code=code) if code and "/" not in code else render(request, "opendata/survey_enter.html")


def _too_many(request: HttpRequest, *, wrong: bool) -> bool:
    """Whether this address has guessed too often; counts one more where ``wrong``."""
    key = f"survey-codes:{request.META.get('REMOTE_ADDR', '')}"
    count: int = cache.get(key, 0)
    if wrong:
        cache.set(key, count + 1, MINUTES * 60)
    return count >= UNKNOWN_CODES


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest, code: str) -> HttpResponse:
    """The survey of one one-time code: a phone, a thumb, no account (E4, E6)."""
    if _too_many(request, wrong=False):
        return _survey_ends(request, _("Too many unknown codes from here. Please try again in ten minutes."), 429)
    row = evaluation_actions.find_code(code)
    if row is None:
        _too_many(request, wrong=True)
        return _survey_ends(request, _("This code is not known. Please check it letter by letter."), 404)
    if row.used:
        return _survey_ends(request, _("This code has been used. Each code answers once."), 410)
    if row.survey.evaluation.state != "collecting":
        return _survey_ends(request, _("This survey has ended. Thank you all the same."), 410)
    context: dict[str, Any] = {"project": row.survey.evaluation.project, "items": Item.choices, "levels": _levels()}
    if request.method != "POST":
        return render(request, "opendata/survey.html", context)
    levels = {item: int(request.POST[item]) for item in Item.values if request.POST.get(item) in list("12345")}
    eligible = request.POST.get("eligible")
    if eligible not in ("yes", "no"):
        context |= {"problem": _("Please say whether you took part in this service."), "given": request.POST}
        return render(request, "opendata/survey.html", context, status=400)
    opinion = request.POST.get("opinion", "").replace("\x00", "")[:2000]
    try:
        evaluation_actions.answer(code, levels, eligible=eligible == "yes", opinion=opinion)
    except TransitionBlocked as refusal:
        context |= {"problem": " ".join(str(reason.message) for reason in refusal.reasons), "given": request.POST}
        return render(request, "opendata/survey.html", context, status=400)
    return render(request, "opendata/survey_done.html", {"project": context["project"]})


def _levels() -> list[tuple[int, str]]:
    return [
        (5, _("very satisfied")),
        (4, _("satisfied")),
        (3, _("so-so")),
        (2, _("not satisfied")),
        (1, _("not satisfied at all")),
    ]


def _survey_ends(request: HttpRequest, words: str, status: int) -> HttpResponse:
    return render(request, "opendata/survey_enter.html", {"problem": words}, status=status)
