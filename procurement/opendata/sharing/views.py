"""Passing a page on: its card, its text for 微信公众号, and for editors the way into the drafts there."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import quote, urljoin

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from procurement.accounts.acting import organisation_of
from procurement.accounts.enums import Role
from procurement.accounts.models import User
from procurement.accounts.permissions import roles_of
from procurement.opendata.sharing import card, export, pieces, tasks, wechat
from procurement.opendata.sharing.models import WechatDraft
from procurement.opendata.threads import page_of
from workflows import jobs
from workflows.clock import database_now
from workflows.models import Job


def _piece(kind: str, pk: int) -> pieces.Piece:
    piece = pieces.find(kind, pk) if pk < 2**31 else None
    if piece is None:
        raise Http404
    return piece


def is_editor(request: HttpRequest) -> bool:
    """Whether this reader acts as an editor of the site."""
    if not request.user.is_authenticated:
        return False
    return Role.EDITOR in roles_of(request.user, organisation_of(request), database_now())


@require_safe
def share(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """The card, the address, and the text to paste, each with its button."""
    piece = _piece(kind, pk)
    context = {
        "piece": piece,
        "address": urljoin(settings.HUIQUN_BASE_URL, piece.path),
        "editor": is_editor(request),
        "configured": wechat.configured(),
        "drafts": WechatDraft.objects.filter(kind=kind, subject_id=pk)[:5] if is_editor(request) else [],
    }
    return render(request, "opendata/share.html", context)


@require_safe
def share_card(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """1200 × 630 PNG. 404 where the thing is not public or the machine has no Chinese font."""
    try:
        found = card.png(_piece(kind, pk))
    except card.NoFontError as error:
        raise Http404 from error
    answer = HttpResponse(found, content_type="image/png")
    answer["Cache-Control"] = "public, max-age=3600"
    return answer


@require_safe
def wechat_html(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """The text with its styles in the tags and its pictures inside: for looking at, copying, saving."""
    piece = _piece(kind, pk)
    answer = HttpResponse(export.page(piece, export.content(piece, export.packed)))
    answer["X-Robots-Tag"] = "noindex"
    # this document has its styles in the tags, and not one script
    answer._csp_update = {"style-src": ["'unsafe-inline'"], "script-src": ["'none'"]}  # type: ignore[attr-defined]
    return answer


@require_safe
def wechat_zip(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """The same with its pictures as files beside it."""
    piece = _piece(kind, pk)
    answer = HttpResponse(export.archive(piece), content_type="application/zip")
    answer["Content-Disposition"] = (
        f"attachment; filename=\"{kind}-{pk}.zip\"; filename*=UTF-8''{quote(piece.title)}.zip"
    )
    return answer


@login_required
@require_POST
def wechat_draft(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Orders the handing over. Only editors, and only where the office has set its account up."""
    if not is_editor(request):
        raise PermissionDenied(_("Only editors of the site hand articles to the official account."))
    piece = _piece(kind, pk)
    if not wechat.configured():
        messages.error(request, _("No official account is set up: WECHAT_APP_ID and WECHAT_APP_SECRET are empty."))
        return redirect("share", kind, pk)
    same = WechatDraft.objects.filter(kind=kind, subject_id=pk, state=WechatDraft.State.WAITING)
    if not same.exists():
        draft = WechatDraft.objects.create(
            kind=kind, subject_id=pk, title=piece.title, asked_at=database_now(), asked_by=cast(User, request.user)
        )
        jobs.enqueue(tasks.KIND, draft_id=draft.pk)
    messages.success(request, _("It is being handed over. The list shows what the server says."))
    return redirect("wechat_drafts")


@never_cache
@login_required
@require_safe
def wechat_drafts(request: HttpRequest) -> HttpResponse:
    """What was handed over, and what came of it; for editors."""
    if not is_editor(request):
        raise PermissionDenied(_("Only editors of the site hand articles to the official account."))
    page = page_of(WechatDraft.objects.select_related("asked_by"), request)
    given_up = _given_up([row.pk for row in page if row.state == WechatDraft.State.WAITING])
    for row in page:
        row.given_up = row.pk in given_up
    return render(request, "opendata/wechat_drafts.html", {"page": page, "configured": wechat.configured()})


def _given_up(waiting: list[int]) -> set[Any]:
    """Those whose server could not be reached in any of the job's attempts."""
    failed = Job.objects.filter(kind=tasks.KIND, state=Job.State.FAILED, arguments__draft_id__in=waiting)
    return set(failed.values_list("arguments__draft_id", flat=True))
