"""Corrections of notices other than a call's: a new notice that names the old words and the new (N2).

A call is corrected by its own act, as dates and bids hang on its words. What a decision rests on (supplier, amount,
number) is not a slip of the pen: it changes by the act that decides it, never here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from procurement.accounts.enums import Role
from procurement.accounts.models import Organisation
from procurement.accounts.permissions import acts_for
from procurement.projects import layout, notices
from procurement.projects.enums import NoticeKind
from procurement.projects.models import Notice
from workflows import engine
from workflows.clock import act_time
from workflows.errors import TransitionBlocked
from workflows.models import TransitionLog
from workflows.reasons import Reason

BY_THEIR_OWN_ACT = (NoticeKind.CALL, NoticeKind.CORRECTION)
DECIDED = frozenset({
    "number", "name", "budget", "amount", "total", "supplier", "buyer", "contract_number", "unit_price", "signed_on",
    "published_on", "date", "supplement_number", "notice_period", "agency", "original_number", "original_name",
    "original_date",
})  # fmt: skip


def current(notice: Notice) -> dict[str, str]:
    """The fields of a notice as they read today, every correction of it applied in order."""
    fields = dict(notice.fields)
    log = TransitionLog.objects.filter(
        subject_type="projects.project",
        subject_id=notice.project_id,
        action="correct_notice",
        facts__notice=notice.number,
    )
    for facts in log.order_by("sequence").values_list("facts", flat=True):
        fields |= facts["fields"]
    return fields


def correctable(notice: Notice) -> dict[str, str]:
    """What may be corrected in words, with how it reads today, in the order of the notice."""
    if notice.kind in map(str, BY_THEIR_OWN_ACT):
        return {}
    now = current(notice)
    names = [row.name for section in layout.sections(notice.kind, now) for row in section.rows]
    return {name: now[name] for name in names if name not in DECIDED}


@transaction.atomic
def correct(notice: Notice, becomes: Mapping[str, str], *, by: Any, organisation: Organisation) -> Notice:
    """Publishes a correction of ``notice``: new words by field, those that do not differ are left out.

    Raises ``TransitionBlocked`` where nothing differs or N1 would no longer be met, ``PermissionDenied`` for
    people who may not.
    """
    act = engine.act_of(by, organisation)
    if not acts_for(act, notice.project.buyer, Role.APPROVER):
        raise PermissionDenied(_("Only an approver of the buyer corrects a notice."))
    before = correctable(notice)
    changed = {
        name: becomes[name].strip() for name in before if name in becomes and becomes[name].strip() != before[name]
    }
    reasons = notices.unmet(notice.kind, current(notice) | changed, act.at, notice.project.buyer.region)
    if not changed:
        reasons.append(Reason(_("Nothing differs from what was published."), code="nothing"))
    if reasons:
        raise TransitionBlocked(reasons, act="notice.correct", subject=notice.project)
    made = notices.publish(
        notice.project, NoticeKind.CORRECTION, _fields(notice, before, changed), by=by, corrects=notice
    )
    engine.note(
        notice.project,
        "correct_notice",
        by=by,
        organisation=organisation,
        notice=notice.number,
        correction=made.number,
        fields=changed,
    )
    return made


def _fields(notice: Notice, before: Mapping[str, str], changed: Mapping[str, str]) -> dict[str, str]:
    def lines(values: Mapping[str, str]) -> str:
        return "\n".join(f"{layout.label(name)}：{layout.printed(name, values[name]) or '（无）'}" for name in changed)

    return {
        "number": str(notice.fields.get("number", notice.project.number)),
        "original_number": notice.number,
        "original_name": notice.title,
        "original_date": f"{timezone.localtime(notice.published_at):%Y-%m-%d}",
        "what": "、".join(layout.label(name) for name in changed),
        "was": lines(before),
        "is": lines(changed),
        "date": f"{timezone.localtime(act_time()):%Y-%m-%d}",
        "contacts": notices.contacts(notice.project.buyer),
    }
