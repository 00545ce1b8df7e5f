"""Merging a thread's releases into one compiled release, by the rules of OCDS 1.1 (merging reference).

Later words replace earlier ones; lists of things with an id are merged thing by thing; other lists are replaced.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

WHOLE = {"additionalIdentifiers", "additionalClassifications", "roles", "tag"}


def compiled(releases: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The state after all ``releases`` of one ocid, at least one."""
    merged: dict[str, Any] = {}
    for release in sorted(releases, key=lambda found: found["date"]):
        told = {key: value for key, value in release.items() if key not in ("id", "date", "tag")}
        _merge(merged, told)
        merged |= {"id": f"{release['ocid']}-{release['date']}", "date": release["date"], "tag": ["compiled"]}
    return merged


def _merge(into: dict[str, Any], told: dict[str, Any]) -> None:
    for key, value in told.items():
        if value is None:
            into.pop(key, None)
        elif isinstance(value, dict):
            there = into.setdefault(key, {})
            _merge(there, value)
        elif _by_id(key, value):
            into[key] = _merged_list(into.get(key, []), value)
        else:
            into[key] = value


def _by_id(key: str, value: Any) -> bool:
    return (
        isinstance(value, list)
        and key not in WHOLE
        and bool(value)
        and all(isinstance(item, dict) and "id" in item for item in value)
    )


def _merged_list(there: list[dict[str, Any]], told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = list(there)
    places = {item["id"]: place for place, item in enumerate(rows)}
    for item in told:
        place = places.get(item["id"])
        if place is None:
            places[item["id"]] = len(rows)
            rows.append({})
            place = len(rows) - 1
        _merge(rows[place], item)
    return rows
