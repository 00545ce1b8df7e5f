"""Organisations and people: who they are, what they may do, what they have shown and declared."""

from procurement.accounts.models.actors import (
    Deputy,
    Membership,
    Organisation,
    OrganisationRecord,
    StaffRecord,
    User,
)
from procurement.accounts.models.consents import Consent, ConsentNotice
from procurement.accounts.models.experts import Employment, ExpertProfile, Interest
from procurement.accounts.models.invitations import Invitation
from procurement.accounts.models.mandates import Mandate
from procurement.accounts.models.notifications import (
    Delivery,
    Notification,
    NotificationPreference,
    PersonalSettings,
    TableExport,
)
from procurement.accounts.models.safety import LogCheck, SafetyRecord
from procurement.accounts.models.standing import Qualification, Registration, Reminder

__all__ = [
    "Consent",
    "ConsentNotice",
    "Delivery",
    "Deputy",
    "Employment",
    "ExpertProfile",
    "Interest",
    "Invitation",
    "LogCheck",
    "Mandate",
    "Membership",
    "Notification",
    "NotificationPreference",
    "Organisation",
    "OrganisationRecord",
    "PersonalSettings",
    "Qualification",
    "Registration",
    "Reminder",
    "SafetyRecord",
    "StaffRecord",
    "TableExport",
    "User",
]
