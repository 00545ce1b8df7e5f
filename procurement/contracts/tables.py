"""Contracts as a table, to both parties."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import Role
from procurement.accounts.workspace.tables import DAY, MONEY, TAG, Column, Filter, table
from procurement.contracts.desk import ours
from procurement.contracts.enums import ContractState
from procurement.projects.tables import BUYER_STAFF, progress, thread_of

PROJECT = "award__lot__call__project"

table(
    "contracts",
    _("Contracts"),
    (*BUYER_STAFF, Role.SUPPLIER),
    rows=ours,
    columns=[
        Column("title", _("Contract"), lambda row: row.project.title, order=f"{PROJECT}__title"),
        Column("number", _("Number"), lambda row: row.number, under=True, order="number"),
        Column("buyer", _("Buyer"), lambda row: row.buyer.name, order=f"{PROJECT}__buyer__name"),
        Column("supplier", _("Supplier"), lambda row: row.supplier.name, order="award__bid__supplier__name"),
        progress(lambda row: row.project, PROJECT),
        Column("state", _("State"), lambda row: row.get_state_display(), TAG, order="state"),
        Column("amount", _("Amount (yuan)"), lambda row: row.amount, MONEY, order="amount"),
        Column("signed", _("Signed"), lambda row: row.signed_at, DAY, order="signed_at"),
        Column("end", _("Service ends"), lambda row: row.term_end, DAY, order="term_end"),
    ],
    search=["number", f"{PROJECT}__title", "award__bid__supplier__name", f"{PROJECT}__buyer__name"],
    filters=[Filter("state", _("State"), ContractState.choices, "state")],
    order=["-drafted_at", "-pk"],
    address=lambda row, actor: thread_of(row.project),
    place=60,
    empty=_("A contract appears here as soon as it is drafted."),
)
