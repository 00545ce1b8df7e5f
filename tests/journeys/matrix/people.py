"""Everybody who may knock at a door: each role alone in the organisation concerned, and whole outsiders.

An outsider holds *every* role of its kind in an organisation of its own, which no single role can exceed: what
is closed to it is closed to each of those roles.
"""

from __future__ import annotations

from typing import Any

from django.test import Client

from procurement.accounts.enums import OrganisationKind, Role
from procurement.accounts.models import Organisation, User
from tests.accounts.doors import as_user, member
from tests.factories.accounts import MandateFactory, OrganisationFactory, UserFactory

BUYER_ROLES = {
    "drafter": Role.DRAFTER,
    "approver": Role.APPROVER,
    "finance": Role.FINANCE,
    "officer": Role.OFFICER,
    "signatory": Role.SIGNATORY,
    "manager": Role.MANAGER,
}
OFFICES = {
    "regulator": Role.REGULATOR,
    "editor": Role.EDITOR,
    "system_admin": Role.SYSTEM_ADMIN,
    "security_admin": Role.SECURITY_ADMIN,
    "audit_admin": Role.AUDIT_ADMIN,
}
# how the table of doors calls several of them at once
GROUPS = {
    "buyer": [*BUYER_ROLES, "deputy"],
    "drafters": ["drafter", "deputy"],
    "strange_managers": ["stations", "agency", "bystander", "other_buyer", "winner_manager"],
    "experts": ["evaluator", "panellist"],
    "winners": ["winner", "winner_signatory", "winner_manager"],
    "suppliers": ["winner", "winner_signatory", "winner_manager", "loser", "bystander"],
    "stations": ["station", "other_station"],
    "agencies": ["agency", "mandated", "lapsed", "elsewhere"],
    "admins": ["system_admin", "security_admin", "audit_admin"],
    "offices": [*OFFICES],
}


def named(words: str) -> set[str]:
    """The people of ``words``, with whole groups taken apart."""
    found: set[str] = set()
    for word in words.split():
        found |= named(" ".join(GROUPS[word])) if word in GROUPS else {word}
    return found


# nobody of these has to do with any row of the scene
STRANGERS = ("resident", "other_buyer", "bystander", "other_station", "evaluator", "agency", "lapsed", "elsewhere")


class People:
    """One logged-in browser for each of them. ``loser`` bid and lost; ``bystander`` has never bid."""

    def __init__(self, buyer: Organisation, winner: Organisation, loser: Organisation, station: Organisation) -> None:
        other = OrganisationFactory(buyer=True, name="另一县妇女联合会")
        agency = OrganisationFactory(kind=OrganisationKind.AGENCY, name="示例采购代理有限公司")
        self.agency, self.other = agency, other
        self.office = OrganisationFactory(buyer=True, name="示例县财政局", kind=OrganisationKind.STATE_ORGAN)
        self.users: dict[str, User] = {
            "resident": UserFactory(),
            "other_buyer": member(other, *BUYER_ROLES.values()).user,
            "winner": member(winner, Role.SUPPLIER).user,
            "winner_signatory": member(winner, Role.SIGNATORY).user,
            "winner_manager": member(winner, Role.MANAGER).user,
            "loser": member(loser, Role.SUPPLIER).user,
            "bystander": member(OrganisationFactory(supplier=True), Role.SUPPLIER, Role.SIGNATORY, Role.MANAGER).user,
            "station": member(station, Role.STATION).user,
            "other_station": member(OrganisationFactory(station=True), Role.STATION, Role.MANAGER).user,
            "evaluator": member(OrganisationFactory(), Role.EVALUATOR).user,
            "agency": member(agency, Role.DRAFTER, Role.OFFICER, Role.SIGNATORY, Role.MANAGER).user,
        }
        self.users |= {name: member(buyer, role).user for name, role in BUYER_ROLES.items()}
        self._mandate(buyer)
        self.users["deputy"] = member(buyer).user  # the drafter's, from today: see rows
        self.users |= {name: member(self.office, role).user for name, role in OFFICES.items()}
        self.clients: dict[str, Client] = {"visitor": Client()}

    def _mandate(self, buyer: Organisation) -> None:
        """Agencies of this buyer: of all its calls now, of all of them until yesterday, of another project alone."""
        for name, terms in {"mandated": {}, "lapsed": {"lapsed": True}, "elsewhere": {"thread": "HQ-0000-0"}}.items():
            agency = MandateFactory(buyer=buyer, **terms).agency
            self.users[name] = member(agency, Role.DRAFTER, Role.OFFICER).user

    def seat(self, user: User) -> None:
        """The member of the panel: an expert who sits on it, whatever else they are."""
        self.users["panellist"] = user

    def log_in(self) -> None:
        self.clients |= {name: as_user(user) for name, user in self.users.items()}

    def acting(self, name: str) -> dict[str, Any]:
        """As acts take it."""
        membership = self.users[name].memberships.select_related("organisation").first()
        return {"by": self.users[name], "organisation": membership.organisation if membership else None}
