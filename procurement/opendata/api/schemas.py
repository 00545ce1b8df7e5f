"""What the public interface answers, as it is declared in its OpenAPI description."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_noop
from ninja import Schema
from pydantic import Field

YUAN = gettext_noop("yuan, to the fen, as text so that nothing is rounded")
CODE = gettext_noop("unified social credit code; none for a station")


class FieldError(Schema):
    field: str
    message: str


class Problem(Schema):
    """RFC 9457 (application/problem+json)."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: list[FieldError] = []


class OrganisationName(Schema):
    name: str
    code: str | None = Field(None, description=CODE)


class Page(Schema):
    next_cursor: str | None = Field(
        None, description=gettext_noop("give it as `cursor` for what follows; none on the last page")
    )
    next: str | None = Field(None, description=gettext_noop("the address of the next page"))


class CallRow(Schema):
    number: str
    thread: str = Field(description=gettext_noop("number of the thread the call belongs to"))
    title: str
    buyer: OrganisationName
    domain: str
    method: str
    ceiling: str = Field(description=YUAN)
    state: str
    open: bool = Field(description=gettext_noop("takes bids now, by the database's clock"))
    published_at: datetime
    deadline: datetime
    brought_in: bool = Field(description=gettext_noop("a past project, entered later"))
    url: str


class Lot(Schema):
    code: str
    name: str
    ceiling: str = Field(description=YUAN)


class Criterion(Schema):
    code: str
    name: str
    kind: str
    weight: str
    rule: str


class Enquiry(Schema):
    """A question and its answer; who asked is told to nobody."""

    question: str
    asked_at: datetime
    answer: str
    answered_at: datetime | None = None


class Call(CallRow):
    requirements: str
    qualifications: str
    questions_until: datetime | None = None
    opened_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: str
    bids_opened: int | None = Field(None, description=gettext_noop("told from the opening on"))
    lots: list[Lot]
    criteria: list[Criterion]
    enquiries: list[Enquiry]


class Calls(Page):
    items: list[CallRow]


class NoticeRow(Schema):
    number: str
    thread: str
    kind: str
    title: str
    published_at: datetime
    corrects: str | None = Field(None, description=gettext_noop("number of the notice that this one corrects"))
    official_url: str = Field(description=gettext_noop("where it stands in the designated medium"))
    official_published_at: datetime | None = None
    url: str


class Notice(NoticeRow):
    fields: dict[str, str] = Field(description=gettext_noop("the statutory fields, without those that name people"))


class Notices(Page):
    items: list[NoticeRow]


class ThreadRow(Schema):
    number: str
    ocid: str
    title: str
    buyer: OrganisationName
    domain: str
    delivery_mode: str
    fund_source: str
    budget: str = Field(description=YUAN)
    state: str
    approved_at: datetime
    brought_in: bool
    url: str


class Supplement(Schema):
    number: str
    amount: str = Field(description=YUAN)
    term_end: date
    signed_at: datetime


class ThreadContract(Schema):
    number: str
    supplier: OrganisationName
    amount: str = Field(description=YUAN)
    amount_signed: str = Field(description=gettext_noop("yuan, before any supplement"))
    supplements: list[Supplement]
    paid: str = Field(description=YUAN)
    state: str
    signed_at: datetime
    grade: str = Field(description=gettext_noop("grade of the published verdict, else empty"))


class Thread(ThreadRow):
    summary: str
    term_start: date
    term_end: date
    beneficiaries: int
    needs: list[str] = Field(description=gettext_noop("numbers of the needs it answers"))
    calls: list[str] = Field(description=gettext_noop("numbers of its calls"))
    notices: list[str]
    contracts: list[ThreadContract]
    record: str = Field(description=gettext_noop("address of its OCDS record"))


class Threads(Page):
    items: list[ThreadRow]


class Need(Schema):
    number: str
    title: str
    text: str
    station: str
    addressed_to: OrganisationName
    raised_on: date
    supporters: int
    state: str
    decline_reason: str
    threads: list[str]
    brought_in: bool


class Needs(Page):
    items: list[Need]


class Organisation(Schema):
    code: str
    name: str
    kind: str
    region: str = Field(description=gettext_noop("code of the area, by GB/T 2260"))
    region_name: str = Field(description=gettext_noop("its name, from the province down"))
    threads: int = Field(description=gettext_noop("approved threads as buyer"))
    awards: int = Field(description=gettext_noop("lots won as supplier"))
    evaluations: int = Field(description=gettext_noop("published verdicts as supplier: how many"))
    mean_total: str | None = Field(None, description=gettext_noop("their mean, 0-100"))
    lowest_total: str | None = None
    highest_total: str | None = None
    last_evaluated_at: datetime | None = None


class Organisations(Page):
    items: list[Organisation]


class Evaluation(Schema):
    contract: str
    thread: str
    title: str
    buyer: OrganisationName
    supplier: OrganisationName
    total: str
    grade: str
    parts: dict[str, str]
    weights: dict[str, Any]
    answers: int
    population: int
    response_rate: str | None = Field(None, description=gettext_noop("per cent"))
    margin: str | None = Field(None, description=gettext_noop("percentage points"))
    sufficient_sample: bool
    statement: str = Field(description=gettext_noop("what the supplier says to it"))
    published_at: datetime
    brought_in: bool
    url: str


class Evaluations(Page):
    items: list[Evaluation]


class Statistic(Schema):
    year: int = Field(description=gettext_noop("year in which the threads were approved"))
    domain: str
    threads: int
    budget: str = Field(description=YUAN)
    contracts: int
    contracted: str = Field(description=YUAN)
    paid: str = Field(description=YUAN)
    evaluations: int
    mean_total: str | None = None


class Statistics(Schema):
    items: list[Statistic]
