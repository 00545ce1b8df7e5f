"""Checking a number or a hash against the record. Says what it is; never who bid."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from procurement.bids.enums import Round
from procurement.bids.models import Envelope
from procurement.contracts.models import Amendment, Contract
from procurement.opendata.threads import public_projects, words

ENVELOPES = 10  # a bid has as many as it was replaced, and one hash has one


@require_safe
def verify(request: HttpRequest, number: str = "") -> HttpResponse:
    """A receipt, contract or supplement number or the SHA-256 of a sealed offer; a thread's number leads to it.

    ``/verify/<number>/`` is what the receipt's QR code holds.
    """
    wanted = (number or words(request)).replace("\x00", "").strip()[:100]
    found = [*_envelopes(wanted), *_contracts(wanted), *_supplements(wanted)] if wanted else []
    if wanted and not found:
        project = public_projects().filter(number__in=[wanted, wanted.upper()]).first()
        if project is not None:
            return redirect("thread", number=project.number)
    return render(request, "opendata/verify.html", {"wanted": wanted, "found": found})


def _envelopes(wanted: str) -> list[dict[str, Any]]:
    rows = Envelope.objects.select_related("bid__lot__call__project").order_by("sealed_at", "pk")
    # Who bid is public from the opening on; who went on to a final offer is not, until those are opened too.
    by_number = rows.filter(bid__number__in=[wanted, wanted.upper()]).filter(
        Q(round=Round.FIRST) | Q(bid__lot__call__final_opened_at__isnull=False)
    )
    by_hash = rows.filter(sha256=wanted.lower())
    return [
        {
            "what": _("Receipt of a sealed offer"),
            "number": row.bid.project.number,
            "facts": [
                (_("Receipt number"), row.bid.number),
                (_("Sealed at"), row.sealed_at),
                ("SHA-256", row.sha256),
                (_("Call"), row.bid.call.number),
            ],
        }
        for row in by_number[:ENVELOPES] or by_hash[:1]
    ]


def _contracts(wanted: str) -> list[dict[str, Any]]:
    rows = Contract.objects.filter(number__in=[wanted, wanted.upper()], signed_at__isnull=False)
    return [
        {
            "what": _("Contract"),
            "number": row.project.number,
            "facts": [
                (_("Contract number"), row.number),
                (_("Signed at"), row.signed_at),
                *((s.get_party_display(), s.content_sha256) for s in row.signatures.order_by("pk")),
            ],
        }
        for row in rows.select_related("award__lot__call__project").prefetch_related("signatures")
    ]


def _supplements(wanted: str) -> list[dict[str, Any]]:
    rows = Amendment.objects.filter(number__in=[wanted, wanted.upper()], published_at__isnull=False)
    return [
        {
            "what": _("Supplement"),
            "number": row.project.number,
            "facts": [
                (_("Supplement"), row.number),
                (_("Contract number"), row.contract.number),
                (_("Signed at"), row.signed_at),
                *((s.get_party_display(), s.content_sha256) for s in row.signatures.order_by("pk")),
            ],
        }
        for row in rows.select_related("contract__award__lot__call__project").prefetch_related("signatures")
    ]
