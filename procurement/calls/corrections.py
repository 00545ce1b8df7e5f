"""Corrections of a published call (P11): old words beside new ones, a notice of its own, word to all who asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from procurement.accounts.models import Organisation
from procurement.calls.models import Call, Correction, Criterion
from procurement.calls.wording import CRITERION_KINDS
from procurement.projects import notices
from procurement.projects.enums import NoticeKind
from workflows import engine, jobs
from workflows.clock import act_time

# what may be corrected, as the notice names it; a notice is in Chinese whatever the site speaks
DATES = {"deadline": "提交截止时间", "documents_until": "文件获取截止时间", "questions_until": "提问截止时间"}
CONTACTS = {"obtaining": "获取采购文件", "contact": "联系方式"}
CONTENT = {
    "requirements": "采购需求",
    "qualifications": "供应商资格",
    "ceiling": "最高限价（元）",
    "consortium_allowed": "是否接受联合体",
}
LABELS = DATES | CONTENT | CONTACTS


def words(value: Any) -> str:
    """A value as a notice prints it."""
    if isinstance(value, bool):
        return "接受" if value else "不接受"
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return str(value or "")


def criteria_words(rows: Sequence[Mapping[str, Any]]) -> str:
    def line(row: Mapping[str, Any]) -> str:
        weight = f"{Decimal(row['weight']).normalize():f}"
        return f"{row['name']}（{CRITERION_KINDS[row['kind']]}）{weight} 分 {row['rule']}".strip()

    return "\n".join(line(row) for row in rows)


def _criteria(call: Call) -> list[dict[str, Any]]:
    return [dict(row) for row in call.criteria.values("name", "kind", "weight", "rule")]


def differences(
    call: Call, fields: Mapping[str, Any], criteria: Sequence[Mapping[str, Any]] | None
) -> list[dict[str, str]]:
    """What differs from the published call: name, label, was, is; in the order of the notice."""
    changes = [
        {"name": name, "label": label, "was": words(getattr(call, name)), "is": words(fields[name])}
        for name, label in LABELS.items()
        if name in fields and words(getattr(call, name)) != words(fields[name])
    ]
    if criteria is not None:
        was, becomes = criteria_words(_criteria(call)), criteria_words(criteria)
        if was != becomes:
            changes.append({"name": "criteria", "label": "评审因素", "was": was, "is": becomes})
    return changes


def touches_content(changes: Sequence[Mapping[str, str]]) -> bool:
    return any(change["name"] in CONTENT or change["name"] == "criteria" for change in changes)


def _replace_criteria(call: Call, rows: Sequence[Mapping[str, Any]]) -> None:
    """The codes stay with their place: a bid's quantity answers the criterion of its code."""
    codes = list(call.criteria.values_list("code", flat=True))
    call.criteria.all().delete()
    for position, row in enumerate(rows):
        code = codes[position] if position < len(codes) else f"K{position + 1}"
        Criterion.objects.create(call=call, position=position, code=code, **row)


@transaction.atomic
def correct_call(
    call: Call,
    fields: Mapping[str, Any],
    criteria: Sequence[Mapping[str, Any]] | None = None,
    *,
    by: Any,
    organisation: Organisation,
    reasons: Mapping[str, str] | None = None,
) -> Correction:
    """Corrects a published call and publishes the notice that says what was and what is.

    Holders of submitted bids must confirm or replace them where the content changes. Raises ``TransitionBlocked``
    (P4, P11 and what a call must meet); nothing is changed then.
    """
    call = Call.objects.select_for_update(of=("self",)).select_related("project__buyer").get(pk=call.pk)
    changes = differences(call, fields, criteria)
    of_content = touches_content(changes)
    if any(change["name"] == "criteria" for change in changes):
        _replace_criteria(call, criteria or [])
    engine.perform(
        call.correct,
        by=by,
        organisation=organisation,
        given={"fields": dict(fields)},
        reasons=reasons,
        changes=[change["label"] for change in changes],
        of_content=of_content,
    )
    lots = list(call.lots.all())
    if len(lots) == 1 and not lots[0].code:
        call.lots.update(ceiling=call.ceiling)
    correction = announce(call, changes, of_content, by=by)
    jobs.enqueue("call.corrected", correction_id=correction.pk)
    return correction


def announce(call: Call, changes: list[dict[str, str]], of_content: bool, *, by: Any) -> Correction:
    """Publishes the correction notice of what has just changed, beside the notice it corrects (P11)."""
    original = call.project.notices.filter(kind=NoticeKind.CALL, fields__number=call.number).latest("published_at")
    notice = notices.publish(
        call.project,
        NoticeKind.CORRECTION,
        {
            "number": call.number,
            "original_number": original.number,
            "original_name": original.title,
            "original_date": f"{timezone.localtime(original.published_at):%Y-%m-%d}",
            "what": "、".join(change["label"] for change in changes),
            "was": "\n".join(f"{change['label']}：{change['was'] or '（无）'}" for change in changes),
            "is": "\n".join(f"{change['label']}：{change['is'] or '（无）'}" for change in changes),
            "date": f"{timezone.localtime(act_time()):%Y-%m-%d}",
        },
        by=by,
        corrects=original,
    )
    return Correction.objects.create(
        call=call, notice=notice, changes=changes, of_content=of_content, published_at=act_time(), published_by=by
    )
