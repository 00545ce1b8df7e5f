"""Release and record packages: what is around the releases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from procurement.opendata.models import Release
from procurement.opendata.ocds import merging, terms

RELEASES = "/api/ocds/releases.json"


def public_releases() -> QuerySet[Release]:
    """Every release that may be read: a thread found to be a rehearsal after all is in nothing."""
    return Release.objects.filter(project__rehearsal=False).order_by("sequence")


def record_path(ocid: str) -> str:
    return f"/api/ocds/records/{ocid}.json"


def package_path(ocid: str) -> str:
    return f"/api/ocds/packages/{ocid}.json"


def _around(path: str, published: datetime) -> dict[str, Any]:
    publisher = {"name": settings.SITE_ORGANISER or settings.SITE_NAME, "uri": f"{settings.HUIQUN_BASE_URL}/"}
    return {
        "uri": terms.address(path),
        "version": "1.1",
        "extensions": terms.EXTENSIONS,
        "publishedDate": terms.moment(published),
        "publisher": publisher,
        "license": settings.OPENDATA_LICENCE_URL,
        "publicationPolicy": terms.address("/data/"),
    }


def release_package(rows: list[Release], path: str, published: datetime) -> dict[str, Any]:
    return _around(path, published) | {"releases": [row.body for row in rows]}


def record_package(rows: list[Release]) -> dict[str, Any]:
    """The record of one thread: every release, and what they come to together."""
    ocid, bodies = rows[0].ocid, [row.body for row in rows]
    record = {"ocid": ocid, "releases": bodies, "compiledRelease": merging.compiled(bodies)}
    around = _around(record_path(ocid), rows[-1].issued_at)
    return around | {"packages": [terms.address(package_path(ocid))], "records": [record]}
