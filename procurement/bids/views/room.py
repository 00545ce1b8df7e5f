"""Writing an offer and sealing it: the room, the review before the second confirmation, the receipt."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from procurement.bids import attachments, confirming, drafts, offers, submission
from procurement.bids.models import Bid, BidDraft
from procurement.bids.views.doors import Room, enter
from procurement.common import uploads
from procurement.common.money import in_words
from procurement.common.pdf import absolute, qr_svg
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason

COPY_BYTES = 2 * 1024 * 1024


def wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def wrong(request: HttpRequest, room: Room, words: str, status: int = 400) -> HttpResponse:
    """A refusal in words, on the page or for a script. Nothing was saved."""
    if wants_json(request):
        return JsonResponse({"error": words}, status=status)
    draft = room.draft()
    return _page(request, room, room.form(draft), draft, status=status, problem=words)


def files_of(draft: BidDraft | None) -> list[dict[str, Any]]:
    """A draft's files as the page lists them."""
    if draft is None:
        return []
    return [
        {
            "id": row.file_id,
            "complete": row.file.complete,
            "missing": len(attachments.absent(row)),
            **attachments.details(row),
        }
        for row in draft.attachments.select_related("file")
    ]


def own_data(room: Room) -> list[offers.Check]:
    """What the organisation's own page lacks for a result notice: told while it can still be entered."""
    if room.supplier.address:
        return []
    words = _("Notice of the result and contract name it. Enter it under “Organisation”, in the menu of its name.")
    return [offers.Check(_("Your organisation's address"), "warn", words)]


def _page(
    request: HttpRequest,
    room: Room,
    form: offers.OfferForm,
    draft: BidDraft | None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {
        "room": room,
        "form": form,
        "draft": draft,
        "version": draft.version if draft else 0,
        "files": files_of(draft),
        "checks": form.checks() + own_data(room),
        "reasons": room.rules(),
        "accept": uploads.accept(attachments.KINDS),
        "criteria": [c for c in form.criteria if f"answer_{c.code}" in form.fields],
        "piece": uploads.MEGABYTE,
        **more,
    }
    return render(request, "bids/room.html", context, status=status)


def _version(request: HttpRequest) -> int | None:
    given = request.POST.get("version", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else None


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def room(request: HttpRequest, lot: int) -> HttpResponse:
    """The bid room; POST saves the draft (by hand or by itself), and goes on to the review where asked to."""
    own = enter(request, lot)
    if request.method == "POST":
        return _save(request, own)
    if own.sealed:
        return redirect("bids:receipt", lot)
    draft = own.draft()
    return _page(request, own, own.form(draft), draft)


def _save(request: HttpRequest, room: Room) -> HttpResponse:
    if not room.open:
        return wrong(request, room, room.closed_words, 409)
    version = _version(request)
    if version is None:
        return wrong(request, room, _("“%(field)s” is missing or no number.") % {"field": "version"})
    try:
        flat = offers.typed(room.lot, request.POST.dict())
    except ValidationError as error:
        return wrong(request, room, " ".join(error.messages))
    who = room.actor
    try:
        draft = drafts.save(room.lot, who.organisation, room.round, flat, version=version, by=who.user)
    except drafts.StaleDraft as stale:
        return _stale(request, room, flat, stale.draft)
    form = offers.OfferForm(room.lot, flat)
    if wants_json(request):
        return _saved(room, draft, form)
    if request.POST.get("next") == "review":
        if form.demand():
            return redirect("bids:review", room.lot.pk)
        return _page(request, room, form, draft, status=400, problem=_("Something is missing or wrong; see below."))
    messages.success(request, _("The draft is saved. Only your organisation can read it."))
    return redirect("bids:room", room.lot.pk)


def _saved(room: Room, draft: BidDraft, form: offers.OfferForm) -> JsonResponse:
    errors = {name: " ".join(map(str, found)) for name, found in form.errors.items()}
    table = form.table if form.is_bound and not errors else []
    checks = form.checks() + own_data(room)
    return JsonResponse(
        {
            "version": draft.version,
            "errors": errors,
            "total": str(form.total) if table else "",
            "checks": [{"label": c.label, "effect": c.effect, "message": c.message} for c in checks],
        }
    )


def _stale(request: HttpRequest, room: Room, flat: dict[str, str], theirs: BidDraft | None) -> HttpResponse:
    """Somebody else has saved since: nothing is overwritten; both versions are shown, the person decides."""
    name = str(theirs.saved_by) if theirs else ""
    words = _("%(name)s has saved this draft since you opened it. Nothing of yours was saved yet.") % {"name": name}
    if wants_json(request):
        return JsonResponse({"error": words, "stale": True}, status=409)
    other, form = drafts.read(theirs), offers.OfferForm(room.lot, flat)
    labels = {name: str(field.label) for name, field in offers.OfferForm(room.lot, flat | other).fields.items()}
    differences = [
        {"label": labels.get(name, name), "ours": flat.get(name, ""), "theirs": other.get(name, "")}
        for name in sorted({*flat, *other}, key=list(labels).index)
        if flat.get(name, "") != other.get(name, "")
    ]
    return _page(request, room, form, theirs, status=409, problem=words, differences=differences)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, lot: int) -> HttpResponse:
    """All that will be sealed, what is missing, the rules; POST with the tick seals it."""
    own = enter(request, lot)
    if own.sealed:
        return redirect("bids:receipt", lot)
    draft = own.draft()
    form = own.form(draft)
    ready = form.demand()
    if request.method != "POST":
        return _review(request, own, form, draft)
    version = _version(request)
    if version is None or "sure" not in request.POST:
        missing = "version" if version is None else _("This is our offer; seal it.")
        words = _("“%(field)s” is missing.") % {"field": missing}
        return _review(request, own, form, draft, status=400, problem=words)
    if not ready:
        words = _("Something is missing or wrong; see below.")
        return _page(request, own, form, draft, status=400, problem=words)
    who = own.actor.as_organisation
    try:
        submission.hand_in(own.lot, own.round, form.content(), version=version, **who)
    except TransitionBlocked as refusal:
        return _review(request, own, form, draft, status=409, refused=refusal.reasons)
    except drafts.StaleDraft:
        words = _("The draft was saved again since you reviewed it. Nothing was sealed; look at it once more.")
        fresh = own.draft()
        return _review(request, own, own.form(fresh), fresh, status=409, problem=words)
    return redirect("bids:receipt", lot)


def _review(
    request: HttpRequest,
    room: Room,
    form: offers.OfferForm,
    draft: BidDraft | None,
    status: int = 200,
    refused: list[Reason] | None = None,
    problem: str = "",
) -> HttpResponse:
    form.demand()
    files, checks, reasons = files_of(draft), form.checks() + own_data(room), refused or room.rules()
    unfinished = [file["name"] for file in files if not file["complete"]]
    checks += [offers.Check(name, "block", _("The upload is not finished.")) for name in unfinished]
    price = form.cleaned_data.get("price") if form.is_bound else None
    blocked = any(check.effect == "block" for check in checks) or any(reason.blocks for reason in reasons)
    context = {
        "room": room,
        "form": form,
        "version": draft.version if draft else 0,
        "files": files,
        "checks": checks,
        "reasons": reasons,
        "blocked": blocked,
        "price": price,
        "price_in_words": in_words(price) if price else "",
        "refused": refused,
        "problem": problem,
    }
    return render(request, "bids/review.html", context, status=status)


@login_required
@never_cache
@require_safe
def receipt(request: HttpRequest, lot: int) -> HttpResponse:
    """What proves that an offer was handed in: number, time, hash, to keep and to check."""
    own = enter(request, lot)
    envelope = own.envelope
    if not own.sealed or envelope is None or own.bid is None:
        return redirect("bids:room", lot)
    address = absolute(f"/verify/{own.bid.number}/")
    context = {
        "room": own,
        "bid": own.bid,
        "envelope": envelope,
        "files": envelope.attachments.count(),
        "address": address,
        "qr": qr_svg(address),
        "unconfirmed": own.actor.at <= own.until and confirming.unconfirmed(Bid.objects.filter(pk=own.bid.pk)).exists(),
        "may_withdraw": own.bid.state == "submitted" and own.actor.at <= own.until,
        "paper": f"/threads/{own.bid.project.number}/documents/receipt/{own.bid.pk}/",
    }
    return render(request, "bids/receipt.html", context)


@login_required
@never_cache
@require_safe
def copy(request: HttpRequest, lot: int) -> HttpResponse:
    """The draft as a file for the supplier's own records: once sealed, nobody can give it back before the opening."""
    own = enter(request, lot)
    draft = own.draft()
    if draft is None:
        return redirect("bids:room", lot)
    files = [{name: file.get(name, "") for name in ("name", "size", "sha256", "criterion")} for file in files_of(draft)]
    content = {"call": own.call.number, "lot": own.lot.code, "offer": drafts.read(draft), "files": files}
    answer = JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="offer-{own.lot.pk}.json"'
    return answer


@login_required
@never_cache
@require_POST
def fill(request: HttpRequest, lot: int) -> HttpResponse:
    """Fills the draft from such a copy, after a withdrawal or for another lot. Files are uploaded anew."""
    own = enter(request, lot)
    if not own.open:
        return wrong(request, own, own.closed_words, 409)
    given, version = request.FILES.get("copy"), _version(request)
    if given is None or version is None or (given.size or 0) > COPY_BYTES:
        return wrong(request, own, _("“%(field)s” is missing, or too large.") % {"field": _("Copy of an offer")})
    try:
        content = json.loads(given.read())
        flat = offers.typed(own.lot, {str(name): value for name, value in content["offer"].items()})
        who = own.actor
        drafts.save(own.lot, who.organisation, own.round, flat, version=version, by=who.user)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return wrong(request, own, _("This file is not a copy of an offer."))
    except ValidationError as error:
        return wrong(request, own, " ".join(error.messages))
    except drafts.StaleDraft as stale:
        return _stale(request, own, {}, stale.draft)
    messages.success(request, _("The draft is filled from the copy. Attach the files again."))
    return redirect("bids:room", lot)
