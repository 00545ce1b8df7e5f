"""What a credit code tells of an organisation, and how people write one (I1)."""

from __future__ import annotations

import unicodedata

from procurement.accounts.enums import OrganisationKind

# First two characters of the code: who registered it, and what it is (GB 32100-2015)
KIND_BY_PREFIX = {
    "11": OrganisationKind.STATE_ORGAN,
    "12": OrganisationKind.INSTITUTION,
    "13": OrganisationKind.OTHER_MASS_ORGANISATION,
    "19": OrganisationKind.STATE_ORGAN,
    "51": OrganisationKind.SOCIAL_ASSOCIATION,
    "52": OrganisationKind.SOCIAL_SERVICE,
    "53": OrganisationKind.FOUNDATION,
    "54": OrganisationKind.OTHER_SUPPLIER,  # residents' and villagers' committees
    "81": OrganisationKind.TRADE_UNION,
    "91": OrganisationKind.ENTERPRISE,
    "92": OrganisationKind.OTHER_SUPPLIER,  # individual businesses
    "93": OrganisationKind.OTHER_SUPPLIER,  # farmers' cooperatives
    "N1": OrganisationKind.OTHER_SUPPLIER,  # rural collectives
    "N2": OrganisationKind.OTHER_SUPPLIER,
    "N3": OrganisationKind.OTHER_SUPPLIER,
}


def clean_code(text: str) -> str:
    """A code as the register writes it: half-width capitals without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def clean_mobile(text: str) -> str:
    """A mobile number as its digits: half-width, without spaces, hyphens and the country's code."""
    return "".join(unicodedata.normalize("NFKC", text).replace("-", "").split()).removeprefix("+86")


def kind_of(code: str) -> OrganisationKind | None:
    """What the first two characters say; None where they say nothing known here."""
    return KIND_BY_PREFIX.get(code[:2])


def region_of(code: str) -> str:
    """The six digits of the place that registered it."""
    return code[2:8] if code[2:8].isdigit() else ""
