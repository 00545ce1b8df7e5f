"""T7, T8: a contract is signed within 30 days of the award letter, published within 2 working days of signing, and its
copy filed within 7; a supplement is published within 2."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import Role
from procurement.awards import duties
from procurement.awards.duties import Duty
from procurement.awards.enums import BINDING, ChallengeState
from procurement.awards.models import Award, Challenge
from procurement.contracts.enums import AmendmentState, ContractState, Party
from procurement.contracts.models import Amendment, Contract
from procurement.projects.enums import FundSource
from procurement.projects.models import Project
from procurement.rules import rulebook, workdays


def _awards(projects: Q) -> QuerySet[Award]:
    """Published results without a signed contract, of which nothing suspends the signing (T10)."""
    suspended = Challenge.objects.filter(
        Q(award=OuterRef("pk")) | Q(award__isnull=True),
        call=OuterRef("lot__call"),
        state=ChallengeState.FILED,
        may_change_result=True,
    )
    found = Award.objects.filter(
        ~Exists(suspended), lot__call__project__in=Project.objects.filter(projects), state__in=BINDING
    )
    unsigned = Q(contract__isnull=True) | Q(contract__state__in=[ContractState.DRAFTED, ContractState.AGREED])
    related = ("lot__call__project__buyer", "bid__supplier", "contract")
    return found.filter(unsigned).select_related(*related).prefetch_related("contract__signatures")


@duties.source
def signing(at: datetime, projects: Q) -> Iterator[Duty]:
    """T7 (采购法 art 46): owed by whoever has the next step, both parties where it is the signatures."""
    for award in _awards(projects):
        rule = duties.rule_of("T7", award.project, at)
        if rule is None or award.noticed_at is None:
            continue
        due = workdays.add_days_rolling(timezone.localdate(award.noticed_at), int(rule.values["days"]))
        yield from _steps(award, rule.article, due)


def _steps(award: Award, article: str, due: date) -> Iterator[Duty]:
    project, contract = award.project, getattr(award, "contract", None)
    buyer, supplier = project.buyer, award.bid.supplier
    if contract is None:
        address = reverse("deed", args=["contract.draft", award.pk])
        roles: tuple[str, ...] = (Role.DRAFTER, Role.APPROVER)
        yield Duty("T7", article, _("The contract is drafted and signed"), due, project, award, buyer, roles, address)
    elif contract.state == ContractState.DRAFTED:
        address = reverse("deed", args=["contract.agree", contract.pk])
        what, roles = _("The contract is agreed to and signed"), (Role.SUPPLIER, Role.SIGNATORY)
        yield Duty("T7", article, what, due, project, contract, supplier, roles, address)
    else:
        signed = {row.party for row in contract.signatures.all()}
        address = reverse("deed", args=["contract.sign", contract.pk])
        for party, owner in ((Party.BUYER, buyer), (Party.SUPPLIER, supplier)):
            if party not in signed:
                what = _("The contract is signed")
                yield Duty("T7", article, what, due, project, contract, owner, (Role.SIGNATORY,), address)


@duties.source
def publishing(at: datetime, projects: Q) -> Iterator[Duty]:
    """T8 (条例 art 50)."""
    found = Contract.objects.filter(
        award__lot__call__project__in=Project.objects.filter(projects), state=ContractState.SIGNED
    ).select_related("award__lot__call__project__buyer")
    for contract in found:
        rule = duties.rule_of("T8", contract.project, at)
        if rule is not None and contract.signed_at is not None:
            due = duties.by_working_days(rule, contract.signed_at)
            address = reverse("deed", args=["contract.publish", contract.pk])
            what, project = _("The contract is published"), contract.project
            yield Duty("T8", rule.article, what, due, project, contract, project.buyer, (Role.DRAFTER,), address)


@duties.source
def publishing_supplements(at: datetime, projects: Q) -> Iterator[Duty]:
    """T8 (条例 art 50): a change within 2 working days, too."""
    found = Amendment.objects.filter(
        contract__award__lot__call__project__in=Project.objects.filter(projects), state=AmendmentState.SIGNED
    ).select_related("contract__award__lot__call__project__buyer")
    for amendment in found:
        rule = duties.rule_of("T8", amendment.project, at)
        if rule is not None and amendment.signed_at is not None:
            due = duties.by_working_days(rule, amendment.signed_at)
            address = reverse("deed", args=["amendment.publish", amendment.pk])
            what, project = _("The supplement is published"), amendment.project
            roles = (Role.APPROVER,)
            yield Duty("T8", rule.article, what, due, project, amendment, project.buyer, roles, address, "supplement")


@duties.source
def filing_copies(at: datetime, projects: Q) -> Iterator[Duty]:
    """T8 (采购法 art 47): a copy goes to the supervising office; asked of fiscal money only (W1)."""
    found = Contract.objects.filter(
        award__lot__call__project__in=Project.objects.filter(projects, fund_source=FundSource.FISCAL),
        signed_at__isnull=False,
        copy_filed__isnull=True,
    ).exclude(state=ContractState.TERMINATED)
    for contract in found.select_related("award__lot__call__project__buyer"):
        project = contract.project
        rule = rulebook.find("T8", variant="filed", on=at, region=project.buyer.region)
        if rule is not None and contract.signed_at is not None:
            due = duties.by_working_days(rule, contract.signed_at)
            address = reverse("deed", args=["contract.file_copy", contract.pk])
            what, roles = _("A copy of the contract is filed"), (Role.DRAFTER, Role.APPROVER)
            yield Duty("T8", rule.article, what, due, project, contract, project.buyer, roles, address, "filed")
