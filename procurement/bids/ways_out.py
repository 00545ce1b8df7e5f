"""Too few have bid: what the law leaves to be done, and by whom (P7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from procurement.accounts.enums import MandateAct, Role
from procurement.accounts.models import Organisation
from procurement.accounts.workspace.desk import Actor, runs
from procurement.bids import opening
from procurement.calls import permissions
from procurement.calls.enums import CallState, Method
from procurement.calls.models import Call, Lot
from procurement.calls.wording import lot_name, papers_word
from procurement.projects import notices
from procurement.projects.enums import NOTICE_TITLES, NoticeKind, ProjectState
from workflows import engine, jobs
from workflows.clock import act_time
from workflows.errors import TransitionBlocked
from workflows.machine import Act
from workflows.reasons import Reason

# an article as a notice cites it
LAWS = {
    "令87 art 43": "《政府采购货物和服务招标投标管理办法》第四十三条",
    "令74 art 37": "《政府采购非招标采购方式管理办法》第三十七条",
    "补充通知": "财库〔2015〕124号",
    "令110": "《政府采购框架协议采购方式管理暂行办法》",
}


@dataclass(frozen=True)
class Way:
    """One lawful next step. ``do`` names the act of the page's form, ``page`` leads where it is done instead."""

    title: str
    why: str
    article: str = ""
    who: str = ""
    mine: bool = False
    do: str = ""
    lot: Lot | None = None
    reason: str = ""
    page: str = ""
    hurts: bool = field(default=False)


def _few(call: Call, at: Any) -> list[tuple[Lot, int, Reason]]:
    """Living lots with too few bids, how many there are, and the rule."""
    found = []
    for lot in call.lots.filter(failed_reason=""):
        count = opening.submitted(lot)
        blocking = [reason for reason in opening.too_few(call, lot, count, at) if reason.blocks]
        if blocking:
            found.append((lot, count, blocking[0]))
    return found


def _published_reason(call: Call, lot: Lot | None, count: int, article: str) -> str:
    """As a notice says it, in Chinese whatever the site speaks."""
    part = f"采购包“{lot_name(lot)}”" if lot is not None and lot.code else ""
    at = f"{timezone.localtime(call.deadline):%Y年%m月%d日%H时%M分}"
    law = LAWS.get(article, article)
    return f"至{at}提交截止，{part}递交{papers_word(call.method)}的供应商共{count}家，不足法定家数（{law}）。"


def ways_out(call: Call, actor: Actor, at: Any) -> list[Way]:
    """What may be done where too few have bid; after the call has failed, how its project goes on."""
    if call.state == CallState.PUBLISHED:
        return _before(call, actor, at)
    if call.state == CallState.FAILED and call.project.state == ProjectState.FAILED:
        return _after(call, actor)
    return []


def _before(call: Call, actor: Actor, at: Any) -> list[Way]:
    few = _few(call, at)
    living = call.lots.filter(failed_reason="").count()
    approver = _("an approver of %(name)s") % {"name": call.project.buyer}
    mine = Role.APPROVER in actor.roles and actor.organisation == call.project.buyer
    ways = []
    if 0 < len(few) < living:
        ways += [
            Way(
                title=_("End the lot “%(lot)s” and open the others") % {"lot": lot_name(lot)},
                why=_("Each lot is judged by itself; the others have bidders enough."),
                article=str(reason.article),
                who=approver, mine=mine, do="fail_lot", lot=lot, hurts=True,
                reason=_published_reason(call, lot, count, reason.article),
            )
            for lot, count, reason in few
        ]  # fmt: skip
    if few:
        lot, count, reason = few[0]
        ways.append(
            Way(
                title=_("Declare the call failed and publish the termination notice"),
                why=_("Nothing is opened then: the envelopes stay sealed, and every bidder is told why."),
                article=str(reason.article),
                who=approver, mine=mine, do="fail", hurts=True,
                reason=_published_reason(call, lot if len(few) < living else None, count, reason.article),
            )
        )  # fmt: skip
        ways += _told(call)
    return ways


def _told(call: Call) -> list[Way]:
    """What becomes possible once the call has failed: told beforehand, because it decides whether to."""
    again = Way(
        title=_("Then: call again"),
        why=_("The project may be tendered again; the new draft is copied from this call."),
    )
    return [again, _other_method(call)] if _may_change(call) else [again]


def _may_change(call: Call) -> bool:
    return call.method in (Method.OPEN_TENDER, Method.OWN_RULE)


def _other_method(call: Call, **more: Any) -> Way:
    title = _("Call again by another method") if more else _("Then: another method")
    if call.method == Method.OWN_RULE:
        why = _("Below the threshold the buyer may choose any method that suits.")
        return Way(title=title, why=why, article="W10 · 采购法 art 27, 32", **more)
    why = _(
        "Only if the documents had no unreasonable terms and the procedure was lawful, and with an approval of the"
        " finance office; its number and date are entered in the new draft."
    )
    return Way(title=title, why=why, article="W10 · 令87 art 43", **more)


def _after(call: Call, actor: Actor) -> list[Way]:
    mine = Role.DRAFTER in actor.roles and runs(actor, call.project, MandateAct.DRAFTING)
    who = _("a drafter of %(name)s") % {"name": call.project.buyer}
    page = reverse("calls:start", args=[call.project_id]) + f"?from=call-{call.pk}"
    ways = [
        Way(
            title=_("Call again"),
            why=_("A new call of the same project, copied from this one: look at what kept bidders away."),
            who=who, mine=mine, page=page,
        )
    ]  # fmt: skip
    return [*ways, _other_method(call, who=who, mine=mine, page=page)] if _may_change(call) else ways


@transaction.atomic
def fail_lot(lot: Lot, *, by: Any, organisation: Organisation, reason: str) -> Lot:
    """Ends one lot of a call with several; the others go on. A published reason is needed.

    Raises ``TransitionBlocked``, or ``PermissionDenied`` for anybody but the buyer's approvers.
    """
    call = Call.objects.select_for_update(of=("self",)).get(pk=lot.call_id)
    moment = act_time()
    reasons = []
    if not reason.strip():
        reasons.append(Reason(_("Give the reason; it is published."), code="reason"))
    if call.state not in (CallState.PUBLISHED, CallState.OPENED) or moment < call.deadline:
        reasons.append(Reason(_("A lot ends after the deadline and before the award."), code="state"))
    if not call.lots.filter(pk=lot.pk, failed_reason="").exists():
        reasons.append(Reason(_("This lot has ended."), code="lot_failed"))
    if call.lots.filter(failed_reason="").count() < 2:
        reasons.append(Reason(_("This is the last lot: declare the call failed instead."), code="last_lot"))
    if reasons:
        raise TransitionBlocked(reasons, act="lot.fail", subject=call)
    if not permissions.approver(call, Act(by=by, at=moment, organisation=organisation)):
        raise PermissionDenied(_("Only an approver of the buyer ends a lot."))
    lot.failed_reason = reason
    lot.save(update_fields=["failed_reason"])
    engine.note(call, "fail_lot", by=by, organisation=organisation, reason=reason, lot=lot.code)
    return lot


@transaction.atomic
def end_lot(lot: Lot, *, by: Any, organisation: Organisation, reason: str) -> Lot:
    """Ends a lot with too few bidders, with its termination notice, so that the others can be opened (P7)."""
    fail_lot(lot, by=by, organisation=organisation, reason=reason)
    fields = {"number": f"{lot.call.number} {lot.code}", "name": lot.title, "reason": reason}
    title = f"{lot.title}{NOTICE_TITLES[NoticeKind.TERMINATION]}"
    notices.publish(lot.call.project, NoticeKind.TERMINATION, fields, by=by, title=title)
    jobs.enqueue("lot.failed", lot_id=lot.pk)
    return lot
