"""What may be asked of the lists: filters by name, each with the values it takes."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from django.utils.translation import gettext_noop
from ninja import Schema
from pydantic import BeforeValidator, Field

from procurement.accounts.enums import OrganisationKind
from procurement.calls.enums import CallState, Method
from procurement.evaluation.enums import Grade
from procurement.needs.enums import NeedState
from procurement.opendata.api.paging import CURSOR
from procurement.projects.enums import Domain, NoticeKind, ProjectState

NUMBER = r"^[A-Za-z0-9\-]{1,80}$"
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _as_a_day(value: Any) -> Any:
    if isinstance(value, str) and not DAY.fullmatch(value):
        raise ValueError("a day as 2026-05-08")  # else a bare number would pass for a time
    return value


Day = Annotated[date, BeforeValidator(_as_a_day)]
Words = Annotated[
    str, Field(max_length=100, pattern=r"^[^\x00]*$", description=gettext_noop("every word has to be there"))
]
Code = Annotated[str, Field(pattern=r"^[0-9A-Z]{18}$", description=gettext_noop("unified social credit code"))]
Number = Annotated[str, Field(pattern=NUMBER)]
Year = Annotated[int, Field(ge=2000, le=2199)]


class Paged(Schema):
    cursor: str | None = Field(None, pattern=CURSOR, description=gettext_noop("`next_cursor` of the page before"))
    limit: int = Field(20, ge=1, le=100)


class CallQuery(Paged):
    q: Words | None = None
    domain: Domain | None = None
    method: Method | None = None
    state: CallState | None = Field(None, description=gettext_noop("but drafts, which nobody sees"))
    open: bool | None = Field(None, description=gettext_noop("takes bids now"))
    buyer: Code | None = None
    region: str | None = Field(
        None, pattern=r"^[0-9]{2}([0-9]{2}){0,2}$", description=gettext_noop("first 2, 4 or 6 digits")
    )
    published_from: Day | None = None
    published_to: Day | None = None


class NoticeQuery(Paged):
    q: Words | None = None
    kind: NoticeKind | None = None
    domain: Domain | None = None
    buyer: Code | None = None
    thread: Number | None = None
    published_from: Day | None = None
    published_to: Day | None = None


class ThreadQuery(Paged):
    q: Words | None = None
    domain: Domain | None = None
    state: ProjectState | None = None
    buyer: Code | None = None
    approved_from: Day | None = None
    approved_to: Day | None = None


class NeedQuery(Paged):
    q: Words | None = None
    state: NeedState | None = Field(None, description=gettext_noop("but drafts, which nobody sees"))
    addressed_to: Code | None = None


class OrganisationQuery(Paged):
    q: Words | None = None
    kind: OrganisationKind | None = None
    role: Literal["buyer", "supplier"] | None = None


class EvaluationQuery(Paged):
    domain: Domain | None = None
    grade: Grade | None = None
    buyer: Code | None = None
    supplier: Code | None = None
    published_from: Day | None = None
    published_to: Day | None = None


class StatisticQuery(Schema):
    year: Year | None = None
    domain: Domain | None = None
    buyer: Code | None = None
