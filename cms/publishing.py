"""Publishing the page of a call is the act of publishing the call: wholly, or not at all (DESIGN §6)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from procurement.calls.actions import notice_fields, publish_call
from procurement.calls.enums import CallState
from procurement.calls.models import Call
from procurement.projects import notices
from procurement.projects.enums import NoticeKind
from workflows import engine
from workflows.clock import act_time
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason


def unmet_rules(call: Call, *, by: Any, organisation: Any) -> list[Reason]:
    """Everything that keeps ``call`` from being published now: the act's rules and the notice's fields (N1)."""
    reasons = engine.blockers(call.publish, by=by, organisation=organisation)
    lacking = notices.unmet(NoticeKind.CALL, notice_fields(call), act_time(), call.project.buyer.region)
    return reasons + [reason for reason in lacking if reason.blocks]


def publish(call: Call, *, by: Any, organisation: Any) -> list[Reason]:
    """Publishes a draft call; an empty list means that it is public, otherwise nothing has changed.

    A call that is public already stays as it is. Raises ``PermissionDenied`` for people who may not.
    """
    with transaction.atomic():
        current = Call.objects.select_for_update(of=("self",)).select_related("project__buyer").get(pk=call.pk)
        if current.state == CallState.CANCELLED and current.published_at is None:
            return [Reason(_("This call was cancelled before it was published."), code="state")]
        if current.state != CallState.DRAFT:
            return []
        reasons = unmet_rules(current, by=by, organisation=organisation)
        if reasons:
            return reasons
        try:
            publish_call(current, by=by, organisation=organisation)
        except TransitionBlocked as refusal:
            transaction.set_rollback(True)
            return list(refusal.reasons)
    return []
