"""Reading: an opened offer and its files, for those who may."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from procurement.accounts.enums import Role
from procurement.accounts.workspace.desk import Actor
from procurement.accounts.workspace.views import actor_of
from procurement.bids import access, attachments
from procurement.bids.models import Attachment, Bid, Similarity
from procurement.common import vault
from procurement.common.models import PrivateFile


def _may_read(actor: Actor, bid: Bid) -> str:
    found = access.reads_as(actor.user, actor.organisation, bid, actor.at)
    if found:
        return found
    if access.belongs_to(actor.organisation, bid, actor.at):
        raise PermissionDenied(_("This offer is not yours to read, or not yet."))
    raise Http404


@login_required
@never_cache
@require_safe
def offer(request: HttpRequest, pk: int) -> HttpResponse:
    """One opened offer: prices, answers, files, and what it has in common with others."""
    actor = actor_of(request)
    bids = Bid.objects.select_related("lot__call__project__buyer", "supplier").filter(pk=pk)
    bid = bids.first()
    if bid is None:
        raise Http404
    reader = _may_read(actor, bid)
    names = {criterion.code: criterion for criterion in bid.lot.call.criteria.all()}
    context = {
        "bid": bid,
        "reader": reader,
        "quantities": [(names.get(code, code), value) for code, value in bid.quantities.items()],
        "answers": [(names.get(code, code), text) for code, text in bid.answers.items()],
        "files": Attachment.objects.filter(envelope__bid=bid, opened_at__isnull=False).select_related("file"),
        "similarities": similarities(bid) if reader != access.BIDDER else [],
    }
    return render(request, "bids/offer.html", context)


def similarities(bid: Bid) -> list[Similarity]:
    """What this bid has in common with others, for ``bids/similarities.html``."""
    bids = Prefetch("bids", queryset=Bid.objects.select_related("supplier"))
    return list(bid.similarities.prefetch_related(bids))


def _attachment(pk: UUID) -> Attachment:
    rows = Attachment.objects.select_related("file", "draft", "envelope__bid__lot__call__project__buyer")
    found = rows.filter(file_id=pk).first()
    if found is None:
        raise Http404
    return found


@login_required
@never_cache
@require_safe
def file(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """One attached file, decrypted on its way out; the supplier's own also while it is a draft."""
    attachment, actor = _attachment(pk), actor_of(request)
    if attachment.draft is not None:
        if attachment.draft.supplier_id != getattr(actor.organisation, "pk", None):
            raise Http404
        if Role.SUPPLIER not in actor.roles:
            raise PermissionDenied(_("Only a supplier's own staff reads its drafts."))
        if not attachment.file.complete:
            raise Http404
        told: dict[str, Any] = attachments.details(attachment)
        return _stream(request, attachment.file, told["name"], told["media_type"])
    assert attachment.envelope is not None  # noqa: S101 - the database holds one of the two
    _may_read(actor, attachment.envelope.bid)
    if attachment.opened_at is None:
        raise Http404
    return _stream(request, attachment.file, attachment.name, attachment.media_type)


def _stream(request: HttpRequest, stored: PrivateFile, name: str, media_type: str) -> HttpResponseBase:
    fault = vault.fault(stored)
    if fault:
        return render(request, "bids/broken.html", {"name": name, "fault": fault}, status=409)
    answer = StreamingHttpResponse(vault.open_plain(stored), content_type=media_type)
    answer["Content-Length"] = str(stored.size)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
