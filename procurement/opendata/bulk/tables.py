"""What can be taken away whole: each table with its columns. The data dictionary is written from these lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from procurement.awards.models import Challenge
from procurement.common import areas
from procurement.contracts.models import Amendment, Contract
from procurement.delivery.models import Payment
from procurement.opendata.api import public, shown
from procurement.opendata.api.public import yuan
from procurement.opendata.ocds.terms import ocid_of, words
from procurement.opendata.reports import sample


@dataclass(frozen=True)
class Column:
    """One column: its name in the files, what it means, and its value for a row."""

    name: str
    meaning: Any
    value: Callable[[Any], Any]


@dataclass(frozen=True)
class Table:
    """One table: its rows, the time by whose year it is cut, its columns."""

    name: str
    title: Any
    rows: Callable[[], QuerySet[Any]]
    at: str
    columns: tuple[Column, ...]

    def of_year(self, year: int) -> QuerySet[Any]:
        return self.rows().filter(**{f"{self.at}__year": year}).order_by(self.at, "pk")


def _time(name: str) -> Callable[[Any], str]:
    """A time in China's offset, to the second; empty where there is none."""

    def value(row: Any) -> str:
        at = getattr(row, name)
        return timezone.localtime(at).isoformat(timespec="seconds") if at else ""

    return value


def _contracts() -> QuerySet[Contract]:
    rows = Contract.objects.filter(
        signed_at__isnull=False, published_at__isnull=False, award__lot__call__project__rehearsal=False
    )
    return rows.select_related("award__bid__supplier", "award__lot__call__project__buyer")


def _payments() -> QuerySet[Payment]:
    rows = Payment.objects.filter(contract__in=_contracts().order_by().values("pk"))
    return rows.select_related("milestone", "contract__award__lot__call__project")


def _supplements() -> QuerySet[Amendment]:
    rows = Amendment.objects.filter(contract__in=_contracts().order_by().values("pk"), published_at__isnull=False)
    return rows.select_related("contract__award__lot__call__project")


def _challenges() -> QuerySet[Challenge]:
    """Who filed, and why, is not even read."""
    rows = Challenge.objects.filter(call__project__rehearsal=False, call__published_at__isnull=False)
    return rows.select_related("call__project", "against").defer("claims", "facts", "basis", "decision")


THREAD = _("number of the thread")
BUYER, BUYER_CODE = _("buyer"), _("buyer's unified social credit code")
SUPPLIER, SUPPLIER_CODE = _("supplier"), _("supplier's unified social credit code")
AREA, AREA_NAME = _("code of the buyer's area, by GB/T 2260"), _("name of the buyer's area")
DOMAIN = _("for whom: worker, youth, children, family")
BROUGHT_IN = _("whether it is a past project, entered later")
YUAN = _("yuan")

TABLES = (
    Table(
        "threads",
        _("Threads"),
        public.threads,
        "approved_at",
        (
            Column("number", THREAD, lambda row: row.number),
            Column("ocid", _("open contracting identifier"), lambda row: ocid_of(row.number)),
            Column("title", _("title"), lambda row: words(row.title)),
            Column("buyer", BUYER, lambda row: row.buyer.name),
            Column("buyer_code", BUYER_CODE, lambda row: row.buyer.code),
            Column("area", AREA, lambda row: row.buyer.region),
            Column("area_name", AREA_NAME, lambda row: areas.label(row.buyer.region)),
            Column("domain", DOMAIN, lambda row: row.domain),
            Column("fund_source", _("source of funds"), lambda row: row.fund_source),
            Column("budget", YUAN, lambda row: yuan(row.budget)),
            Column("beneficiaries", _("people to be served"), lambda row: row.beneficiaries),
            Column("term_start", _("service begins"), lambda row: row.term_start.isoformat()),
            Column("term_end", _("service ends"), lambda row: row.term_end.isoformat()),
            Column("state", _("state on the day of the file"), lambda row: row.state),
            Column("approved_at", _("time of approval"), _time("approved_at")),
            Column("brought_in", BROUGHT_IN, lambda row: row.imported),
        ),
    ),
    Table(
        "calls",
        _("Calls"),
        public.calls,
        "published_at",
        (
            Column("number", _("number of the call"), lambda row: row.number),
            Column("thread", THREAD, lambda row: row.project.number),
            Column("title", _("title"), lambda row: words(row.project.title)),
            Column("buyer", BUYER, lambda row: row.project.buyer.name),
            Column("buyer_code", BUYER_CODE, lambda row: row.project.buyer.code),
            Column("area", AREA, lambda row: row.project.buyer.region),
            Column("area_name", AREA_NAME, lambda row: areas.label(row.project.buyer.region)),
            Column("domain", DOMAIN, lambda row: row.project.domain),
            Column("method", _("procurement method"), lambda row: row.method),
            Column("ceiling", YUAN, lambda row: yuan(row.ceiling)),
            Column("state", _("state on the day of the file"), lambda row: row.state),
            Column("published_at", _("time of publication"), _time("published_at")),
            Column("deadline", _("deadline"), _time("deadline")),
            Column("opened_at", _("time of the opening"), _time("opened_at")),
            Column("brought_in", BROUGHT_IN, lambda row: row.project.imported),
        ),
    ),
    Table(
        "notices",
        _("Notices"),
        public.notices,
        "published_at",
        (
            Column("number", _("number of the notice"), lambda row: row.number),
            Column("thread", THREAD, lambda row: row.project.number),
            Column("kind", _("kind of notice"), lambda row: row.kind),
            Column("title", _("title"), lambda row: words(row.title)),
            Column("published_at", _("time of publication"), _time("published_at")),
            Column("corrects", _("number of the notice it corrects"), lambda row: row.corrects and row.corrects.number),
            Column("url", _("address"), lambda row: shown.address("notice", row.project.number, row.number)),
        ),
    ),
    Table(
        "contracts",
        _("Contracts"),
        _contracts,
        "published_at",
        (
            Column("number", _("number of the contract"), lambda row: row.number),
            Column("thread", THREAD, lambda row: row.project.number),
            Column("buyer", BUYER, lambda row: row.buyer.name),
            Column("buyer_code", BUYER_CODE, lambda row: row.buyer.code),
            Column("supplier", SUPPLIER, lambda row: row.supplier.name),
            Column("supplier_code", SUPPLIER_CODE, lambda row: row.supplier.code),
            Column("amount", YUAN, lambda row: yuan(row.amount)),
            Column("amount_signed", _("yuan, before any supplement"), lambda row: yuan(row.first_amount)),
            Column("term_start", _("service begins"), lambda row: row.term_start.isoformat()),
            Column("term_end", _("service ends"), lambda row: row.term_end.isoformat()),
            Column("state", _("state on the day of the file"), lambda row: row.state),
            Column("signed_at", _("time of the last signature"), _time("signed_at")),
            Column("published_at", _("time of publication"), _time("published_at")),
        ),
    ),
    Table(
        "supplements",
        _("Supplements to contracts"),
        _supplements,
        "published_at",
        (
            Column("number", _("number of the supplement"), lambda row: row.number),
            Column("contract", _("number of the contract"), lambda row: row.contract.number),
            Column("thread", THREAD, lambda row: row.contract.project.number),
            Column("amount_was", _("yuan, before the supplement"), lambda row: yuan(row.amount_was)),
            Column("amount", _("yuan, with the supplement"), lambda row: yuan(row.amount)),
            Column("term_end_was", _("service ended, before the supplement"), lambda row: row.term_end_was.isoformat()),
            Column("term_end", _("service ends, with the supplement"), lambda row: row.term_end.isoformat()),
            Column("service", _("what changes in the service"), lambda row: words(row.service)),
            Column("reason", _("why"), lambda row: words(row.reason)),
            Column("signed_at", _("time of the last signature"), _time("signed_at")),
            Column("published_at", _("time of publication"), _time("published_at")),
        ),
    ),
    Table(
        "challenges",
        _("Queries, challenges and complaints"),
        _challenges,
        "filed_at",
        (
            Column("number", _("number of the filing"), lambda row: row.number),
            Column("thread", THREAD, lambda row: row.call.project.number),
            Column("call", _("number of the call"), lambda row: row.call.number),
            Column("kind", _("query, challenge, complaint"), lambda row: row.kind),
            Column("about", _("documents, process, result"), lambda row: row.about),
            Column(
                "against",
                _("number of the challenge a complaint follows"),
                lambda row: row.against and str(row.against.number),
            ),
            Column("filed_at", _("time of filing"), _time("filed_at")),
            Column("due_on", _("last day for the reply"), lambda row: row.due_on.isoformat()),
            Column("state", _("state on the day of the file"), lambda row: row.state),
            Column("decided_at", _("time of the reply"), _time("decided_at")),
            Column("changes_result", _("whether it brought the result down"), lambda row: row.changes_result),
            Column("published", _("the published part of the reply"), lambda row: words(row.published)),
        ),
    ),
    Table(
        "payments",
        _("Payments"),
        _payments,
        "paid_at",
        (
            Column("contract", _("number of the contract"), lambda row: row.contract.number),
            Column("thread", THREAD, lambda row: row.contract.project.number),
            Column("milestone", _("what was paid for"), lambda row: words(row.milestone.name)),
            Column("amount", YUAN, lambda row: yuan(row.amount)),
            Column("paid_at", _("time of payment"), _time("paid_at")),
        ),
    ),
    Table(
        "needs",
        _("Needs"),
        public.needs,
        "submitted_at",
        (
            Column("number", _("number of the need"), lambda row: row.number),
            Column("title", _("in one line"), lambda row: words(row.title)),
            Column("station", _("station that collected it"), lambda row: row.station.name),
            Column("addressed_to", _("organisation it is addressed to"), lambda row: row.addressed_to.name),
            Column("raised_on", _("raised on"), lambda row: row.raised_on.isoformat()),
            Column("supporters", _("residents who share it"), lambda row: row.supporters),
            Column("state", _("state on the day of the file"), lambda row: row.state),
            Column("threads", _("threads that answer it"), lambda row: " ".join(shown.need(row)["threads"])),
        ),
    ),
    Table(
        "evaluations",
        _("Verdicts"),
        public.evaluations,
        "published_at",
        (
            Column("contract", _("number of the contract"), lambda row: row.contract.number),
            Column("thread", THREAD, lambda row: row.contract.project.number),
            Column("supplier", SUPPLIER, lambda row: row.contract.supplier.name),
            Column("supplier_code", SUPPLIER_CODE, lambda row: row.contract.supplier.code),
            Column("total", _("total of 100"), lambda row: str(row.total)),
            Column("grade", _("grade: 优 from 90, 良 from 80, 中 from 60, 差 below"), lambda row: row.grade),
            Column("residents", _("residents' part of 100"), lambda row: row.parts.get("residents", "")),
            Column("answers", _("answers of the survey"), lambda row: row.answers),
            Column("population", _("people served"), lambda row: row.survey.population),
            Column(
                "sufficient_sample",
                _("whether the answers suffice for 95% ± 5%"),
                lambda row: sample(row.answers, row.survey.population)["sufficient"],
            ),
            Column("published_at", _("time of publication"), _time("published_at")),
        ),
    ),
)
BY_NAME = {table.name: table for table in TABLES}
