"""The field's words in the standard's codes (OCDS 1.1.5), and values in its spelling."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone

from procurement.accounts.models import Organisation
from procurement.calls.enums import CallState, Method
from procurement.opendata.privacy import covered
from procurement.projects.enums import NoticeKind

EXTENSIONS = [
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_bid_extension/master/extension.json",
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_enquiry_extension/master/extension.json",
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_metrics_extension/master/extension.json",
]
METHODS = {
    Method.OPEN_TENDER: ("open", "公开招标"),
    Method.CONSULTATION: ("selective", "竞争性磋商"),
    Method.NEGOTIATION: ("selective", "竞争性谈判"),
    Method.SINGLE_SOURCE: ("direct", "单一来源采购"),
    Method.OWN_RULE: ("limited", "自行采购（采购人内部规定的方式）"),
    Method.FRAMEWORK: ("selective", "框架协议采购"),
}
AWARD_CRITERIA = {Method.NEGOTIATION: "priceOnly", Method.SINGLE_SOURCE: "singleBidOnly"}
ENDED = {CallState.FAILED: "unsuccessful", CallState.CANCELLED: "cancelled"}
NOTICE_TYPES = {
    NoticeKind.INTENT: "procurementPlan",
    NoticeKind.CALL: "tenderNotice",
    NoticeKind.CORRECTION: "clarifications",
    NoticeKind.RESULT: "awardNotice",
    NoticeKind.TERMINATION: "cancellationDetails",
    NoticeKind.CONTRACT: "contractNotice",
    NoticeKind.CONTRACT_CHANGE: "contractNotice",
    NoticeKind.ACCEPTANCE: "completionCertificate",
    NoticeKind.SINGLE_SOURCE: "procurementPlan",
}


def ocid_of(number: str) -> str:
    """The open contracting identifier of a thread: the office's registered prefix and the thread's number."""
    return f"{settings.OCDS_PREFIX}-{number}"


def number_of(ocid: str) -> str:
    """The thread's number; empty where ``ocid`` is none of ours."""
    prefix = f"{settings.OCDS_PREFIX}-"
    return ocid.removeprefix(prefix) if ocid.startswith(prefix) else ""


def address(path: str) -> str:
    return f"{settings.HUIQUN_BASE_URL}{path}"


def moment(value: datetime | date | None, *, end: bool = False) -> str | None:
    """A time in China's offset; a day begins at midnight, or ends at its last second."""
    if value is None:
        return None
    if not isinstance(value, datetime):
        value = timezone.make_aware(datetime.combine(value, time(23, 59, 59) if end else time()))
    return timezone.localtime(value).isoformat(timespec="seconds")


def money(value: Decimal | None) -> dict[str, Any] | None:
    """Yuan, to the fen."""
    return None if value is None else {"amount": float(value), "currency": "CNY"}


def words(value: Any) -> str:
    """Free words, without personal data."""
    return covered(str(value).strip())


def period(start: Any, end: Any) -> dict[str, Any]:
    return {"startDate": moment(start), "endDate": moment(end, end=True)}


def party_id(organisation: Organisation) -> str:
    """By the unified social credit code; a station has none and goes by its number on this platform."""
    return f"CN-USCC-{organisation.code}" if organisation.code else f"HQ-ORG-{organisation.pk}"


def reference(organisation: Organisation) -> dict[str, Any]:
    return {"id": party_id(organisation), "name": organisation.name}


def pruned(value: Any) -> Any:
    """Without what is empty: the standard reads a null as "remove this"."""
    if isinstance(value, dict):
        found = {key: pruned(item) for key, item in value.items()}
        return {key: item for key, item in found.items() if item not in (None, "", [], {})}
    if isinstance(value, list):
        return [pruned(item) for item in value]
    return value
