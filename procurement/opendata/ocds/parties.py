"""Who takes part in a thread, with the roles each has had so far. Organisations only, never a person."""

from __future__ import annotations

from typing import Any

from procurement.accounts.models import Organisation
from procurement.common import areas
from procurement.opendata.ocds import terms


class Parties:
    """Grows along the thread: merging replaces a list of roles, so each release tells all there have been."""

    def __init__(self) -> None:
        self._roles: dict[int, list[str]] = {}

    def told(self, *taking_part: tuple[Organisation, tuple[str, ...]]) -> list[dict[str, Any]]:
        """The entries of the parties that a release mentions."""
        told: dict[int, Organisation] = {}
        for organisation, roles in taking_part:
            known = self._roles.setdefault(organisation.pk, [])
            known += [role for role in roles if role not in known]
            told[organisation.pk] = organisation
        return [_entry(organisation, list(self._roles[pk])) for pk, organisation in told.items()]


def _entry(organisation: Organisation, roles: list[str]) -> dict[str, Any]:
    return {
        **terms.reference(organisation),
        "identifier": {"scheme": "CN-USCC", "id": organisation.code, "legalName": organisation.name}
        if organisation.code
        else None,
        "address": {
            "streetAddress": terms.words(organisation.address),
            "region": areas.label(organisation.region),
            "countryName": "中华人民共和国",
        },
        "roles": roles,
        "details": {"kind": organisation.kind, "areaCode": organisation.region},
    }
