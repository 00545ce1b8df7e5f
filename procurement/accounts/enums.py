from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganisationKind(models.TextChoices):
    TRADE_UNION = "trade_union", _("Trade union")
    YOUTH_LEAGUE = "youth_league", _("Youth League")
    WOMENS_FEDERATION = "womens_federation", _("Women's federation")
    DISABLED_FEDERATION = "disabled_federation", _("Disabled persons' federation")
    OTHER_MASS_ORGANISATION = "other_mass_organisation", _("Other mass organisation")
    STATE_ORGAN = "state_organ", _("State organ")
    INSTITUTION = "institution", _("Public institution")
    SOCIAL_ASSOCIATION = "social_association", _("Social association")
    SOCIAL_SERVICE = "social_service", _("Social service agency")
    FOUNDATION = "foundation", _("Foundation")
    ENTERPRISE = "enterprise", _("Enterprise")
    OTHER_SUPPLIER = "other_supplier", _("Other supplier")
    STATION = "station", _("Village or community station")


BUYER_KINDS = (
    OrganisationKind.TRADE_UNION,
    OrganisationKind.YOUTH_LEAGUE,
    OrganisationKind.WOMENS_FEDERATION,
    OrganisationKind.DISABLED_FEDERATION,
    OrganisationKind.OTHER_MASS_ORGANISATION,
    OrganisationKind.STATE_ORGAN,
    OrganisationKind.INSTITUTION,
)


class Staffing(models.TextChoices):
    ADMINISTRATIVE = "administrative", _("Administrative staffing")
    PUBLIC_INSTITUTION = "public_institution", _("Public-institution staffing")
    NONE = "none", _("No state staffing")


class Level(models.TextChoices):
    CENTRAL = "central", _("Central")
    PROVINCE = "province", _("Province")
    CITY = "city", _("City")
    COUNTY = "county", _("County")
    TOWNSHIP = "township", _("Township")


class Role(models.TextChoices):
    STATION = "station", _("Station officer")
    SUPPLIER = "supplier", _("Supplier staff")
    DRAFTER = "drafter", _("Drafter")
    APPROVER = "approver", _("Approver")
    FINANCE = "finance", _("Finance")
    OFFICER = "officer", _("Opening officer")
    SIGNATORY = "signatory", _("Signatory")
    EVALUATOR = "evaluator", _("Evaluator")
    REGULATOR = "regulator", _("Regulator")
    EDITOR = "editor", _("Editor")
    SYSTEM_ADMIN = "system_admin", _("System administrator")
    SECURITY_ADMIN = "security_admin", _("Security administrator")
    AUDIT_ADMIN = "audit_admin", _("Audit administrator")
