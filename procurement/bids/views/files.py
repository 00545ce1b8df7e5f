"""Files of a draft: whole, for browsers without scripts, or piece by piece, for lines that break."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from procurement.bids import attachments, drafts
from procurement.bids.models import Attachment
from procurement.bids.views.doors import Room, enter, own_attachment
from procurement.bids.views.room import wants_json, wrong
from procurement.common import vault
from procurement.common.uploads import UploadRefused

HASH = 64


def _criterion(room: Room, given: str) -> str:
    """A criterion's code of this call; anything else is no criterion."""
    return given if given and room.call.criteria.filter(code=given[:20]).exists() else ""


def _status(attachment: Attachment, status: int = 200) -> JsonResponse:
    return JsonResponse(
        {
            "id": str(attachment.file_id),
            "piece": vault.PIECE,
            "pieces": vault.pieces(attachment.file.size),
            "received": attachment.received,
            "complete": attachment.file.complete,
        },
        status=status,
    )


def _refused(words: Any, status: int = 400) -> JsonResponse:
    return JsonResponse({"error": str(words)}, status=status)


def _over(room: Room) -> JsonResponse:
    """Nothing is taken here any more: there is no use in sending it again."""
    return JsonResponse({"error": room.closed_words, "over": True}, status=409)


def _hash(given: str) -> str | None:
    """A SHA-256 in hexadecimal, or empty; none where it is something else."""
    plain = given.strip().lower()
    return plain if not plain or (len(plain) == HASH and not set(plain) - set("0123456789abcdef")) else None


@login_required
@never_cache
@require_POST
def attach(request: HttpRequest, lot: int) -> HttpResponse:
    """One file in one request, up to what a request may hold."""
    room = enter(request, lot)
    if not room.open:
        return wrong(request, room, room.closed_words, 409)
    given = request.FILES.get("file")
    if given is None:
        return wrong(request, room, _("“%(field)s” is missing.") % {"field": _("File")})
    try:
        with transaction.atomic():
            draft = drafts.locked(room.lot, room.supplier, room.round, by=request.user)
            attachments.keep_whole(draft, given, criterion=_criterion(room, request.POST.get("criterion", "")))
    except UploadRefused as refusal:
        return wrong(request, room, refusal.message)
    messages.success(request, _("The file is encrypted and attached."))
    return redirect("bids:room", lot)


@login_required
@never_cache
@require_POST
def start(request: HttpRequest, lot: int) -> HttpResponse:
    """Begins an upload by pieces: name and size first, so that nothing is sent in vain."""
    room = enter(request, lot)
    if not room.open:
        return _over(room)
    size, sha256 = request.POST.get("size", ""), _hash(request.POST.get("sha256", ""))
    if not (size.isascii() and size.isdecimal() and len(size) < 13):
        return _refused(_("“%(field)s” is missing or no number.") % {"field": "size"})
    if sha256 is None:
        return _refused(_("“%(field)s” is no SHA-256.") % {"field": "sha256"})
    try:
        with transaction.atomic():
            draft = drafts.locked(room.lot, room.supplier, room.round, by=request.user)
            attachment = attachments.start(
                draft,
                name=request.POST.get("name", "")[:300],
                size=int(size),
                criterion=_criterion(room, request.POST.get("criterion", "")),
                sha256=sha256,
            )
    except UploadRefused as refusal:
        return _refused(refusal.message)
    return _status(attachment, 201)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD"])
def status(request: HttpRequest, lot: int, pk: UUID) -> HttpResponse:
    """Which pieces have arrived: where an upload goes on after the line broke."""
    return _status(own_attachment(enter(request, lot), pk))


@login_required
@never_cache
@require_http_methods(["PUT", "POST"])
def piece(request: HttpRequest, lot: int, pk: UUID, number: int) -> HttpResponse:
    """One piece, with its SHA-256 in the header ``X-Piece-SHA256``."""
    room = enter(request, lot)
    attachment = own_attachment(room, pk)
    if not room.open:
        return _over(room)
    sha256 = _hash(request.headers.get("X-Piece-SHA256", ""))
    if not sha256:
        return _refused(_("“%(field)s” is no SHA-256.") % {"field": "X-Piece-SHA256"})
    declared = request.META.get("CONTENT_LENGTH") or "0"
    if not declared.isdecimal() or int(declared[:12]) > vault.PIECE:
        return _refused(_("A piece has at most %(count)s bytes.") % {"count": vault.PIECE}, 413)
    try:
        with transaction.atomic():
            attachment = attachments.receive(attachment, number, request.body, sha256)
    except attachments.PieceRefused as refusal:
        return _refused(refusal, 409)
    return _status(attachment)


@login_required
@never_cache
@require_POST
def finish(request: HttpRequest, lot: int, pk: UUID) -> HttpResponse:
    """All pieces are there: the content is looked at; one that is not taken is deleted."""
    room = enter(request, lot)
    attachment = own_attachment(room, pk)
    if not room.open:
        return _over(room)
    try:
        with transaction.atomic():
            attachment = attachments.finish(attachment)
    except attachments.PieceRefused as refusal:
        return _refused(refusal, 409)
    except UploadRefused as refusal:
        attachments.remove(attachment)
        return _refused(refusal.message)
    told = attachments.details(attachment)
    return JsonResponse({"name": told["name"], "size": told["size"], "sha256": told["sha256"]})


@login_required
@never_cache
@require_POST
def remove(request: HttpRequest, lot: int, pk: UUID) -> HttpResponse:
    """Takes a file out of the draft."""
    room = enter(request, lot)
    attachment = own_attachment(room, pk)
    if not room.open:
        return wrong(request, room, room.closed_words, 409)
    attachments.remove(attachment)
    if wants_json(request):
        return JsonResponse({"removed": str(pk)})
    messages.success(request, _("The file is removed."))
    return redirect("bids:room", lot)
