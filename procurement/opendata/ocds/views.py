"""``/api/ocds/``: the feed of releases, and for each thread its record and its releases as one package."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from procurement.opendata.http import BadQuery, json_answer, not_found, open_data
from procurement.opendata.models import Release
from procurement.opendata.ocds import packages, terms
from workflows.clock import database_now

MOST = 100
BEYOND = 2**63 - 1
KNOWN = {"since", "limit"}


def _whole(request: HttpRequest, name: str, default: int, low: int, high: int) -> int:
    """A whole number of the query. Raises ``BadQuery`` that names the parameter and what it may be."""
    text = request.GET.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and low <= int(text) <= high):
        raise BadQuery(**{name: _("must be a whole number from %(low)d to %(high)d") % {"low": low, "high": high}})
    return int(text)


@open_data
def releases(request: HttpRequest) -> HttpResponseBase:
    """Releases after the number ``since``, in the order in which they were issued; ``links.next`` while there are more.

    ``x_since`` is the number to go on from later. A number is visible only together with all below it, so going on
    from it misses nothing.
    """
    unknown = {name: _("is not known here") for name in request.GET if name not in KNOWN}
    if unknown:
        raise BadQuery(**unknown)
    since, limit = _whole(request, "since", 0, 0, BEYOND), _whole(request, "limit", MOST, 1, MOST)
    rows = list(packages.public_releases().filter(sequence__gt=since)[: limit + 1])
    page, more = rows[:limit], len(rows) > limit
    path = f"{packages.RELEASES}?since={since}&limit={limit}"
    published = page[-1].issued_at if page else database_now().replace(microsecond=0, second=0)
    package = packages.release_package(page, path, published)
    last = page[-1].sequence if page else since
    package["x_since"] = str(last)
    if more:
        package["links"] = {"next": terms.address(f"{packages.RELEASES}?since={last}&limit={limit}")}
    return json_answer(package)


def _of(ocid: str) -> list[Release]:
    return list(packages.public_releases().filter(ocid=ocid)) if terms.number_of(ocid) else []


@open_data
def record(request: HttpRequest, ocid: str) -> HttpResponseBase:
    """The record of one thread: all its releases and what they come to."""
    rows = _of(ocid)
    if not rows:
        return not_found()
    return json_answer(packages.record_package(rows), modified=rows[-1].issued_at)


@open_data
def package(request: HttpRequest, ocid: str) -> HttpResponseBase:
    """All releases of one thread as a release package."""
    rows = _of(ocid)
    if not rows:
        return not_found()
    found = packages.release_package(rows, packages.package_path(ocid), rows[-1].issued_at)
    return json_answer(found, modified=rows[-1].issued_at)
