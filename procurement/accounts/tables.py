"""Tables of the security and the audit administrator: logins, locks, roles; what was done, exported and checked."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procurement.accounts import safety
from procurement.accounts.enums import OrganisationKind, Role
from procurement.accounts.models import (
    LogCheck,
    Membership,
    Organisation,
    OrganisationRecord,
    SafetyRecord,
    StaffRecord,
    TableExport,
    User,
)
from procurement.accounts.views.seats import role_names
from procurement.accounts.workspace import tables
from procurement.accounts.workspace.desk import Actor
from procurement.accounts.workspace.tables import MINUTE, NUMBER, TAG, Column, Filter, table

SECURITY, AUDIT = [Role.SECURITY_ADMIN], [Role.AUDIT_ADMIN]
YES_OR_NO = [("True", _("yes")), ("False", _("no"))]


class RoleFilter(Filter):
    """A role among the several of a membership."""

    def apply(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows.filter(roles__contains=[value])


def _logins(actor: Actor) -> QuerySet[User]:
    return User.objects.annotate(second_factor=Exists(Authenticator.objects.filter(user=OuterRef("pk"))))


table(
    "locks",
    _("Locked logins"),
    SECURITY,
    rows=lambda actor: safety.locks(actor.at),
    columns=[
        Column("login", _("Login name"), lambda lock: lock.login, order="login"),
        Column("address", _("From the address"), lambda lock: lock.address, order="address"),
        Column("failures", _("Failures"), lambda lock: lock.failures, NUMBER, order="failures"),
        Column("since", _("Locked since"), lambda lock: lock.since, MINUTE, order="since"),
        Column("until", _("Until"), lambda lock: lock.until, MINUTE, order="until"),
    ],
    search=["login", "address"],
    address=lambda lock, actor: reverse("unlock", args=[lock.pk]),
    place=200,
    empty=_("No login is locked. Five failures lock one for a quarter of an hour."),
)
table(
    "logins",
    _("Logins"),
    SECURITY,
    rows=_logins,
    columns=[
        Column("name", _("Name"), str, order="display_name"),
        Column("login", _("Login name"), lambda user: user.username, under=True, order="username"),
        Column(
            "factor",
            _("Second factor"),
            lambda user: _("set up") if user.second_factor else _("none"),
            TAG,
            order="second_factor",
        ),
        Column("active", _("Active"), lambda user: _("yes") if user.is_active else _("no"), order="is_active"),
        Column("last", _("Last login"), lambda user: user.last_login, MINUTE, order="last_login"),
    ],
    search=["username", "display_name"],
    filters=[
        Filter("factor", _("Second factor"), [("True", _("set up")), ("False", _("none"))], "second_factor"),
        Filter("active", _("Active"), YES_OR_NO, "is_active"),
    ],
    order=["username"],
    address=lambda user, actor: reverse("login_state", args=[user.pk]),
    place=201,
)
table(
    "role_grants",
    _("Roles held"),
    SECURITY,
    rows=lambda actor: Membership.objects.exclude(roles=[]).select_related("user", "organisation"),
    columns=[
        Column("who", _("Who"), lambda row: str(row.user), order="user__display_name"),
        Column("login", _("Login name"), lambda row: row.user.username, under=True, order="user__username"),
        Column("organisation", _("Organisation"), lambda row: row.organisation.name, order="organisation__name"),
        Column("roles", _("Roles"), lambda row: "、".join(map(str, role_names(row.roles)))),
        Column("active", _("Active"), lambda row: _("yes") if row.active else _("no"), order="active"),
    ],
    search=["user__username", "user__display_name", "organisation__name"],
    filters=[
        RoleFilter("role", _("Role"), Role.choices, "roles"),
        Filter("active", _("Active"), YES_OR_NO, "active"),
        Filter("kind", _("Kind"), OrganisationKind.choices, "organisation__kind"),
    ],
    order=["organisation__name", "user__username"],
    address=lambda row, actor: reverse("login_state", args=[row.user_id]),
    place=202,
)
table(
    "safety_records",
    _("Done to logins"),
    SECURITY + AUDIT,
    rows=lambda actor: SafetyRecord.objects.select_related("person", "by", "organisation"),
    columns=[
        Column("login", _("Login name"), lambda row: row.login, order="login"),
        Column("act", _("Act"), lambda row: row.get_act_display(), TAG, order="act"),
        Column("reason", _("Reason"), lambda row: row.reason),
        Column("by", _("Done by"), lambda row: str(row.by), order="by__display_name"),
        Column("at", _("When"), lambda row: row.at, MINUTE, order="at"),
    ],
    search=["login", "reason", "by__username", "by__display_name"],
    filters=[Filter("act", _("Act"), SafetyRecord.Act.choices, "act")],
    order=["-at", "-pk"],
    place=203,
)
table(
    "log_checks",
    _("Checks of the log"),
    AUDIT,
    rows=lambda actor: LogCheck.objects.select_related("ordered_by"),
    columns=[
        Column("ordered", _("Ordered"), lambda row: row.ordered_at, MINUTE, order="ordered_at"),
        Column("by", _("Done by"), lambda row: str(row.ordered_by), order="ordered_by__display_name"),
        Column("done", _("Finished"), lambda row: row.done_at, MINUTE, order="done_at"),
        Column("rows", _("Rows"), lambda row: row.rows, NUMBER, order="rows"),
        Column("faults", _("Faults"), lambda row: row.fault_count, NUMBER, order="fault_count"),
    ],
    order=["-ordered_at", "-pk"],
    address=lambda row, actor: reverse("log_check", args=[row.pk]),
    place=204,
    empty=_("No check was ordered yet: “Check the log” in your list of work does it."),
)
table(
    "staff_records",
    _("Roles given and taken"),
    AUDIT,
    rows=lambda actor: StaffRecord.objects.select_related("organisation", "person", "by"),
    columns=[
        Column("person", _("Who"), lambda row: str(row.person), order="person__display_name"),
        Column("organisation", _("Organisation"), lambda row: row.organisation.name, order="organisation__name"),
        Column("act", _("Act"), lambda row: row.get_act_display(), TAG, order="act"),
        Column("by", _("Done by"), lambda row: str(row.by), order="by__display_name"),
        Column("at", _("When"), lambda row: row.at, MINUTE, order="at"),
    ],
    search=["person__username", "person__display_name", "organisation__name", "by__username", "by__display_name"],
    filters=[Filter("act", _("Act"), StaffRecord.Act.choices, "act")],
    order=["-at", "-pk"],
    place=206,
)
table(
    "organisation_records",
    _("Changes of organisations"),
    AUDIT,
    rows=lambda actor: OrganisationRecord.objects.select_related("organisation", "by"),
    columns=[
        Column("organisation", _("Organisation"), lambda row: row.organisation.name, order="organisation__name"),
        Column("what", _("What was changed"), lambda row: "、".join(_field(name) for name in row.after)),
        Column("reason", _("Reason"), lambda row: row.reason),
        Column("by", _("Done by"), lambda row: str(row.by), order="by__display_name"),
        Column("at", _("When"), lambda row: row.at, MINUTE, order="at"),
    ],
    search=["organisation__name", "reason", "by__username", "by__display_name"],
    order=["-at", "-pk"],
    place=207,
)
table(
    "exports_made",
    _("Exports"),
    AUDIT,
    rows=lambda actor: TableExport.objects.select_related("owner", "organisation"),
    columns=[
        Column("table", _("Table"), lambda row: _table(row.table), order="table"),
        Column("form", _("Form"), lambda row: row.form.upper(), under=True, order="form"),
        Column("owner", _("Done by"), lambda row: str(row.owner), order="owner__display_name"),
        Column("organisation", _("Organisation"), lambda row: str(row.organisation or ""), order="organisation__name"),
        Column("query", _("Filters"), lambda row: row.query),
        Column("total", _("Rows"), lambda row: row.total, NUMBER, order="total"),
        Column("ordered", _("When"), lambda row: row.ordered_at, MINUTE, order="ordered_at"),
    ],
    search=["table", "owner__username", "owner__display_name", "organisation__name"],
    order=["-ordered_at", "-pk"],
    place=208,
)


def _field(name: str) -> str:
    field: Any = Organisation._meta.get_field(name)
    return str(field.verbose_name)


def _table(name: str) -> str:
    found = tables.find(name)
    return str(found.label) if found is not None else name
