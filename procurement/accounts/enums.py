from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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
    AGENCY = "agency", _("Procurement agency")


BUYER_KINDS = (
    OrganisationKind.TRADE_UNION,
    OrganisationKind.YOUTH_LEAGUE,
    OrganisationKind.WOMENS_FEDERATION,
    OrganisationKind.DISABLED_FEDERATION,
    OrganisationKind.OTHER_MASS_ORGANISATION,
    OrganisationKind.STATE_ORGAN,
    OrganisationKind.INSTITUTION,
)
RUNNING_KINDS = (*BUYER_KINDS, OrganisationKind.AGENCY)  # who runs calls: buyers, and agencies by their mandate
SUPPLIER_KINDS = (
    OrganisationKind.SOCIAL_ASSOCIATION,
    OrganisationKind.SOCIAL_SERVICE,
    OrganisationKind.FOUNDATION,
    OrganisationKind.ENTERPRISE,
    OrganisationKind.OTHER_SUPPLIER,
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
    MANAGER = "manager", _("Organisation manager")
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


class MandateAct(models.TextChoices):
    """What a buyer may leave to an agency (采购法 art 20: within what the agreement says). Approving, publishing the
    call, confirming the award and signing are the buyer's alone, so they are not in the list."""

    DRAFTING = "drafting", _("Draft the call")
    QUESTIONS = "questions", _("Answer questions on the call")
    OPENING = "opening", _("Hold the opening as an officer")
    QUALIFICATION = "qualification", _("Check who qualifies")
    PANEL = "panel", _("Draw the panel and run the scoring")
    NOTICES = "notices", _("Publish the result and record the designated medium")
    REPLIES = "replies", _("Reply to queries and challenges")


class RegistrationState(models.TextChoices):
    REGISTERED = "registered", _("waiting to be verified")
    VERIFIED = "verified", _("verified")
    REFUSED = "refused", pgettext_lazy("registration", "refused")


class QualificationKind(models.TextChoices):
    CERTIFICATE = "certificate", _("Registration certificate")
    ANNUAL_INSPECTION = "annual_inspection", _("Annual inspection")
    GRADE = "grade", _("Assessment grade")
    BANK = "bank", _("Bank account")
    OTHER = "other", _("Other qualification")


class QualificationState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("waiting to be verified")
    VERIFIED = "verified", _("verified")
    RETURNED = "returned", _("returned")


GRADES = ("3A", "4A", "5A")  # what a social organisation can be assessed as, from the level that counts in calls


class ExpertField(models.TextChoices):
    """An expert's fields of work: the domains of projects, under the same codes."""

    WORKER = "worker", _("Workers")
    YOUTH = "youth", _("Youth")
    CHILDREN = "children", _("Children")
    FAMILY = "family", _("Families")


class Relation(models.TextChoices):
    """How an expert is tied to an organisation (P13, 条例 art 9)."""

    KIN_OF_HEAD = "kin_of_head", _("close kin of its head")
    DIRECTOR = "director", _("director or supervisor")
    HOLDER = "holder", _("controlling holder")
    ADVISER = "adviser", _("adviser or trainer")
    OTHER = "other", _("something else that may affect fairness")


class Channel(models.TextChoices):
    """How people are told outside the site."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("Text message")
    WECOM = "wecom", _("WeCom")
    WECOM_ROBOT = "wecom_robot", _("WeCom group robot")
    OFFICIAL = "official", _("WeChat official account")


class Rhythm(models.TextChoices):
    AT_ONCE = "at_once", _("at once")
    DAILY = "daily", _("once a day")
    NONE = "none", _("only in the list on this site")


class EventGroup(models.TextChoices):
    """Groups of events, in the order of the thread; each person chooses a channel for each."""

    NEEDS = "needs", _("Needs and projects")
    NEW_CALLS = "new_calls", _("New calls and intents")
    CALLS = "calls", _("Calls, questions, corrections")
    BIDS = "bids", _("Bids and openings")
    AWARDS = "awards", _("Scoring and awards")
    CONTRACTS = "contracts", _("Contracts and delivery")
    EVALUATION = "evaluation", _("Evaluation")
    ORGANISATION = "organisation", _("Organisation and people")
