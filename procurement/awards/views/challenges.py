"""Queries, challenges and complaints: filed, read, replied to, each on a page that shows its clock."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from procurement.accounts.enums import Role
from procurement.accounts.views.organisations import served
from procurement.accounts.workspace.desk import Actor
from procurement.accounts.workspace.views import actor_of
from procurement.awards import challenges, doors, filing, forms
from procurement.awards.enums import ChallengeAbout, ChallengeKind, ChallengeState
from procurement.awards.guards.challenge import CLOCKS
from procurement.awards.models import Award, Challenge
from procurement.calls.models import Call
from procurement.rules import rulebook
from workflows import engine
from workflows.errors import TransitionBlocked

ROWS = 30
READERS = (Role.SUPPLIER, Role.SIGNATORY, Role.DRAFTER, Role.APPROVER, Role.OFFICER, Role.REGULATOR)


@login_required
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Everything this person may read, what waits first; by state and kind."""
    actor = actor_of(request)
    if not {str(role) for role in READERS} & actor.roles:
        raise PermissionDenied(_("This is done by somebody with another role."))
    found = doors.challenges_seen_by(actor)
    chosen = {
        name: value
        for name, values in (("state", ChallengeState.values), ("kind", ChallengeKind.values))
        if (value := request.GET.get(name, "")) in values
    }
    rows = _waiting_first(found.filter(**chosen))
    context = {
        "page": Paginator(rows, ROWS).get_page(request.GET.get("page")),
        "today": timezone.localdate(actor.at),
        "states": ChallengeState.choices,
        "kinds": ChallengeKind.choices,
        "chosen": chosen,
        "any": found.exists(),
    }
    return render(request, "awards/challenges.html", context)


def _waiting_first(rows: QuerySet[Challenge]) -> QuerySet[Challenge]:
    """What is still to be replied to by its day, then what was decided, the latest first."""
    return rows.order_by(F("decided_at").desc(nulls_first=True), "due_on", "pk")


def _awards(call: Call, actor: Actor) -> list[Award]:
    """Published results this supplier lost, newest first."""
    found = Award.objects.filter(lot__call=call, noticed_at__isnull=False, lot__bids__supplier=actor.organisation)
    rows = found.exclude(state="revoked").exclude(bid__supplier=actor.organisation)
    return list(rows.select_related("lot__call__project", "bid__supplier").order_by("-noticed_at").distinct())


def _choices(call: Call, actor: Actor, results: list[Award]) -> list[tuple[str, Any]]:
    """What this supplier can file about; results by their award, so that lots are told apart."""
    abouts: list[tuple[str, Any]] = [(ChallengeAbout.DOCUMENTS, ChallengeAbout.DOCUMENTS.label)]
    if filing.affected(call, ChallengeAbout.PROCESS, actor.organisation):
        abouts.append((ChallengeAbout.PROCESS, ChallengeAbout.PROCESS.label))
    several = len(results) > 1
    for award in results:
        name = f"{ChallengeAbout.RESULT.label} · {award.lot.name or award.lot.code}" if several else None
        abouts.append((f"{ChallengeAbout.RESULT}-{award.pk}", name or ChallengeAbout.RESULT.label))
    return abouts


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """A supplier asks or challenges; the page says until when what can be challenged."""
    call, actor = doors.call_to_challenge(request, pk)
    results = _awards(call, actor)
    abouts = _choices(call, actor, results)
    kinds: list[tuple[str, Any]] = [(kind, kind.label) for kind in (ChallengeKind.QUERY, ChallengeKind.CHALLENGE)]
    page: dict[str, Any] = {"form": forms.filing(kinds, abouts)}
    status = 200
    if request.method == "POST":
        form = page["form"] = forms.filing(kinds, abouts, request.POST, request.FILES)
        status = 400
        if form.is_valid():
            try:
                return _filed(request, challenges.file(call, **actor.as_organisation, **_what(form, results)))
            except TransitionBlocked as refusal:
                page["refused"], status = refusal.reasons, 409
    context = {
        "call": call,
        "project": call.project,
        "clocks": _clocks(call, actor, results),
        "rules": _rules(call, actor, ("T4", "T5", "T10")),
        "own": doors.challenges_seen_by(actor).filter(call=call, supplier=actor.organisation),
    }
    return render(request, "awards/file.html", context | page, status=status)


def _what(form: Any, results: list[Award]) -> dict[str, Any]:
    given = dict(form.cleaned_data)
    about, _dash, award = given.pop("about").partition("-")
    chosen = next((found for found in results if str(found.pk) == award), None)
    files = given.pop("files")
    return {"kind": given.pop("kind"), "about": about, "award": chosen, "files": files, "words": given}


def _filed(request: HttpRequest, challenge: Challenge) -> HttpResponse:
    words = _("Filed as %(number)s; a reply is due by %(day)s.")
    messages.success(request, words % {"number": challenge.number, "day": challenge.due_on.isoformat()})
    return redirect("awards:challenge", challenge.pk)


def _clocks(call: Call, actor: Actor, results: list[Award]) -> list[dict[str, Any]]:
    """Until when a challenge about what can be filed; those whose clock has not begun are left out."""
    today = timezone.localdate(actor.at)
    asked: list[tuple[str, Award | None]] = [(ChallengeAbout.DOCUMENTS, None), (ChallengeAbout.PROCESS, None)]
    asked += [(ChallengeAbout.RESULT, award) for award in results]
    found = []
    for about, award in asked:
        if not filing.affected(call, about, actor.organisation, award):
            continue
        last = filing.last_day(call, about, actor.organisation, award, actor.at)
        waits = filing.waits_for_the_medium(call, about, actor.organisation, award)
        if last is not None or waits:
            label = ChallengeAbout(about).label
            name = f"{label} · {award.lot.name or award.lot.code}" if award is not None and award.lot.code else label
            found.append({"about": name, "until": last, "over": last is not None and last < today})
    return found


def _rules(call: Call, actor: Actor, names: tuple[str, ...]) -> list[Any]:
    region = call.project.buyer.region
    rules = [rulebook.find(name, on=actor.at, region=region) for name in names]
    return [rule for rule in rules if rule is not None]


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One filing with its clock, and what this reader can do about it."""
    challenge, actor = doors.challenge_of(request, pk)
    page: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        try:
            done = _step(request, challenge, actor, page)
            if done is not None:
                return done
            status = 400
        except TransitionBlocked as refusal:
            challenge.refresh_from_db()
            page["refused"], status = refusal.reasons, 409
    return render(request, "awards/challenge.html", _context(challenge, actor) | page, status=status)


@login_required
@never_cache
@require_safe
def evidence_file(request: HttpRequest, pk: int, file: UUID) -> HttpResponseBase:
    """One file of the evidence, for those who may read the filing itself."""
    challenge, _actor = doors.challenge_of(request, pk)
    found = challenge.evidence.filter(file=file).select_related("file").first()
    if found is None:
        raise Http404
    return served(found.file)


def _step(request: HttpRequest, challenge: Challenge, actor: Actor, page: dict[str, Any]) -> HttpResponse | None:
    act, who = request.POST.get("act", ""), actor.as_organisation
    if act == "withdraw":
        challenges.withdraw(challenge, **who)
        messages.success(request, _("It is withdrawn."))
    elif act == "complain":
        form = page["complaint"] = forms.complaint(request.POST, request.FILES)
        if not form.is_valid():
            return None
        words = form.cleaned_data
        more: dict[str, Any] = {"kind": ChallengeKind.COMPLAINT, "about": challenge.about, "against": challenge}
        more["files"] = words.pop("files")
        return _filed(request, challenges.file(challenge.call, **who, **more, words=words))
    elif act == "evidence":
        form = page["more"] = forms.more_evidence(request.POST, request.FILES)
        if not form.is_valid():
            return None
        challenges.add_evidence(challenge, form.cleaned_data["files"], **who)
        messages.success(request, _("The files are encrypted and added."))
    elif act == "assess":
        form = page["assess"] = forms.assessment(challenge.may_change_result, request.POST)
        if not form.is_valid():
            return None
        may, reason = form.cleaned_data["may"] == "yes", form.cleaned_data["reason"]
        challenges.assess(challenge, may_change_result=may, reason=reason, **who)
        messages.success(request, _("It is on record whether it may change the result."))
    else:
        form = page["reply"] = _decision(challenge, request.POST, request.FILES)
        if not form.is_valid():
            return None
        _decide(challenge, form.cleaned_data, who)
        messages.success(request, _("The reply is sent, and its public part is on the thread."))
    return redirect("awards:challenge", challenge.pk)


def _decision(challenge: Challenge, *posted: Any) -> Any:
    query = challenge.kind == ChallengeKind.QUERY
    return forms.decision(query, bool(challenges.concerned(challenge)), *posted)


def _decide(challenge: Challenge, given: dict[str, Any], who: dict[str, Any]) -> None:
    words = {name: given[name] for name in ("decision", "published", "files")}
    outcome = given.get("outcome")
    if outcome is None:
        challenges.answer(challenge, **words, **who)
    elif outcome == "dismiss":
        challenges.dismiss(challenge, **words, **who)
    else:
        challenges.uphold(challenge, **words, changes_result=outcome == "fall", **who)


def _context(challenge: Challenge, actor: Actor) -> dict[str, Any]:
    can = {move.name: move for move in engine.moves(challenge, actor.user, actor.organisation)}
    mine = actor.organisation is not None and challenge.supplier_id == actor.organisation.pk
    replying = can.get("answer" if challenge.kind == ChallengeKind.QUERY else "dismiss")
    blocked = list(replying.reasons) if replying is not None else []
    rule = (CLOCKS[ChallengeKind(challenge.kind)],)
    context: dict[str, Any] = {
        "challenge": challenge,
        "call": challenge.call,
        "project": challenge.project,
        "today": timezone.localdate(actor.at),
        "mine": mine,
        "reads_all": not mine,
        "blocked": blocked,
        "late": list(replying.warnings) if replying is not None else [],
        "rules": _rules(challenge.call, actor, (*rule, "T10")),
        "complaints": challenge.complaints.all(),
        "withdraw": "withdraw" in can and mine,
        "evidence": challenge.evidence.select_related("file"),
    }
    if mine and "withdraw" in can:
        context["more"] = forms.more_evidence()
    if replying is not None and not blocked:
        context["reply"] = _decision(challenge)
        context["assess"] = forms.assessment(challenge.may_change_result)
    if mine and _may_complain(challenge, actor):
        context["complaint"] = forms.complaint()
    return context


def _may_complain(challenge: Challenge, actor: Actor) -> bool:
    """Whether the way to the supervisors is open: after a reply, or when none came in time."""
    if challenge.kind != ChallengeKind.CHALLENGE or challenge.state == ChallengeState.WITHDRAWN:
        return False
    silent = challenge.state == ChallengeState.FILED and timezone.localdate(actor.at) > challenge.due_on
    replied = challenge.state in (ChallengeState.UPHELD, ChallengeState.DISMISSED)
    return (silent or replied) and not challenge.complaints.exclude(state=ChallengeState.WITHDRAWN).exists()
