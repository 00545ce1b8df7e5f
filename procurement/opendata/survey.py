"""The residents' survey by one-time code: a phone, a thumb, no account (E4, E6)."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from procurement.accounts import consents
from procurement.common import lockout
from procurement.evaluation import actions
from procurement.evaluation.enums import EvaluationState, Item
from procurement.evaluation.models import Code
from workflows.errors import TransitionBlocked

UNKNOWN_CODES, SECONDS = 20, 600  # so many wrong codes from one address in so many seconds


@require_safe
def survey_enter(request: HttpRequest) -> HttpResponse:
    """Where a code from a slip of paper is typed in."""
    code = "".join(request.GET.get("code", "").split())[:20]
    return redirect("survey", code=code) if code.isalnum() else render(request, "opendata/survey_enter.html")


def _key(request: HttpRequest) -> str:
    return f"survey-codes:{lockout.address(request)}"


def _count_wrong(request: HttpRequest) -> None:
    # add, then incr: two guesses at once are counted as two
    if not cache.add(_key(request), 1, SECONDS):
        cache.incr(_key(request))


def _ends(request: HttpRequest, words: str, status: int) -> HttpResponse:
    return render(request, "opendata/survey_enter.html", {"problem": words}, status=status)


def _refusal(request: HttpRequest, row: Code | None) -> HttpResponse | None:
    if row is None:
        _count_wrong(request)
        return _ends(request, _("This code is not known. Please check it letter by letter."), 404)
    if row.used:
        return _ends(request, _("This code has been used. Each code answers once."), 410)
    if row.survey.evaluation.state != EvaluationState.COLLECTING:
        return _ends(request, _("This survey has ended. Thank you all the same."), 410)
    return None


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest, code: str) -> HttpResponse:
    """The questions of one code, and its one answer.

    404: unknown code. 410: used, or the survey has ended. 429: too many unknown codes from this address.
    """
    if cache.get(_key(request), 0) >= UNKNOWN_CODES:
        return _ends(request, _("Too many unknown codes from here. Please try again in ten minutes."), 429)
    row = actions.find_code(code)
    refused = _refusal(request, row)
    if refused is not None or row is None:
        return refused  # type: ignore[return-value] # no row always means a refusal
    project = row.survey.evaluation.project
    if request.method != "POST":
        return _ask(request, project)
    eligible = request.POST.get("eligible")
    if eligible not in ("yes", "no"):
        return _ask(request, project, _("Please say whether you took part in this service."))
    notice = consents.current("survey")
    if request.POST.get("consent") != str(notice.version):  # not ticked, or the notice has a new version since
        return _ask(request, project, _("Please read the notice on your data and tick that you agree."))
    levels = {item: int(request.POST[item]) for item in Item.values if request.POST.get(item) in tuple("12345")}
    opinion = request.POST.get("opinion", "").replace("\x00", "")[:2000]
    try:
        actions.answer(code, levels, eligible=eligible == "yes", opinion=opinion, consented=True)
    except TransitionBlocked as refusal:
        words = " ".join(str(reason.message) for reason in refusal.reasons)
        if {reason.code for reason in refusal.reasons} & {"used", "ended"}:  # somebody was quicker
            return _ends(request, words, 410)
        return _ask(request, project, words)
    return render(request, "opendata/survey_done.html", {"project": project})


def _ask(request: HttpRequest, project: Any, problem: str = "") -> HttpResponse:
    """The form, with what was already chosen: nobody answers six questions twice because one was missed."""
    context = {
        "project": project,
        "problem": problem,
        "given": request.POST,
        "levels": _levels(),
        "notice": consents.current("survey"),
        "questions": [{"item": item, "words": words, "chosen": request.POST.get(item)} for item, words in Item.choices],
    }
    return render(request, "opendata/survey.html", context, status=400 if problem else 200)


def _levels() -> list[tuple[str, str]]:
    return [
        ("5", _("very satisfied")),
        ("4", _("satisfied")),
        ("3", _("so-so")),
        ("2", _("not satisfied")),
        ("1", _("not satisfied at all")),
    ]
