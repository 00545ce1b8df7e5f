"""That a copy of the contract was filed with the supervising office within 7 working days (T8, 采购法 art 47)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from procurement.accounts.enums import Role
from procurement.accounts.models import Organisation
from procurement.accounts.permissions import acts_for
from procurement.contracts.models import Contract, CopyFiled
from procurement.rules import rulebook, workdays
from workflows import engine
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason


def late(contract: Contract, filed_on: date, at: Any) -> list[Reason]:
    """T8: within 7 working days of the signature; late, never refused."""
    rule = rulebook.find("T8", variant="filed", on=at, region=contract.buyer.region)
    if rule is None or contract.signed_at is None:
        return []
    latest = workdays.add_working_days(timezone.localdate(contract.signed_at), int(rule.values["days"]))
    if filed_on <= latest:
        return []
    words = _("A copy of the contract was to be filed by %(latest)s.") % {"latest": latest.isoformat()}
    return [rule.reason(words, latest=latest.isoformat())]


def _refusals(contract: Contract, filed_on: date, office: str, at: Any) -> list[Reason]:
    reasons = []
    if contract.signed_at is None:
        reasons.append(Reason(_("The contract has not been signed yet."), code="state"))
    elif filed_on < timezone.localdate(contract.signed_at):
        reasons.append(Reason(_("A copy cannot have been filed before the contract was signed."), code="filed_on"))
    if filed_on > timezone.localdate(at):
        reasons.append(Reason(_("A copy cannot have been filed later than today."), code="filed_on"))
    if not office.strip():
        reasons.append(Reason(_("Say with which office it was filed."), code="office"))
    if CopyFiled.objects.filter(contract=contract).exists():
        reasons.append(Reason(_("This is on record already."), code="filed"))
    return reasons


@transaction.atomic
def file_copy(
    contract: Contract, *, filed_on: date, office: str, reference: str = "", by: Any, organisation: Organisation
) -> CopyFiled:
    """Records where and when the copy was filed. Raises ``TransitionBlocked``, ``PermissionDenied``."""
    contract = Contract.objects.select_for_update(of=("self",)).get(pk=contract.pk)
    act = engine.act_of(by, organisation)
    if not acts_for(act, contract.buyer, Role.DRAFTER, Role.APPROVER):
        raise PermissionDenied(_("This is recorded by the buyer's own staff."))
    if reasons := _refusals(contract, filed_on, office, act.at):
        raise TransitionBlocked(reasons, act="contract.file_copy", subject=contract)
    filed = CopyFiled.objects.create(
        contract=contract, filed_on=filed_on, office=office, reference=reference, recorded_at=act.at, recorded_by=by
    )
    rules = [reason.as_dict() for reason in late(contract, filed_on, act.at)]
    told: dict[str, Any] = {"filed_on": filed_on.isoformat(), "office": office} | ({"rules": rules} if rules else {})
    engine.note(contract, "file_copy", by=by, organisation=organisation, **told)
    return filed
