"""Who signed up for an event: for the editors who may change that event, as a list and as a table to download."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from wagtail.log_actions import log

from cms.models import EventPage, SignUp

SEEN = "cms.sign_ups.seen"
TAKEN = "cms.sign_ups.taken"


def _mine(request: HttpRequest, pk: int) -> EventPage:
    page = get_object_or_404(EventPage, pk=pk)
    if not page.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    return page


@never_cache
@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """Every event this editor may change, newest first, with how many come."""
    found = EventPage.objects.order_by("-starts_at").annotate(entries=Count("sign_ups"), people=Sum("sign_ups__people"))
    mine = [page for page in found[:200] if page.permissions_for_user(request.user).can_edit()]
    return render(request, "cms/admin/events.html", {"events": mine})


@never_cache
@require_safe
def sign_ups(request: HttpRequest, pk: int) -> HttpResponse:
    """Who comes; that it was looked at is logged (personal data)."""
    page = _mine(request, pk)
    log(instance=page, action=SEEN, user=request.user)
    return render(request, "cms/admin/sign_ups.html", {"event": page, "entries": page.sign_ups.all()})


@never_cache
@require_safe
def sign_ups_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as CSV with a byte-order mark; the download is logged."""
    page = _mine(request, pk)
    log(instance=page, action=TAKEN, user=request.user)
    written = StringIO()
    lines = csv.writer(written)
    lines.writerow(
        [
            pgettext("of a person", "Name"),
            _("Mobile"),
            _("Organisation"),
            pgettext("who come", "People"),
            _("Remark"),
            _("Signed up"),
        ]
    )
    lines.writerows(_row(entry) for entry in page.sign_ups.all())
    response = HttpResponse("\ufeff" + written.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="sign-ups-{page.pk}.csv"'
    return response


def _row(entry: SignUp) -> list[Any]:
    """What people typed stays text in a spreadsheet, also where it begins like a formula."""
    texts = [entry.name, entry.mobile, entry.organisation, str(entry.people), entry.remark]
    safe = [f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text for text in texts]
    return [*safe, f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M}"]
