"""Who is told what of contracts: the draft, the signatures, what suspends and what changes them."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import EventGroup, Role
from procurement.accounts.notifications.events import Told, event
from procurement.accounts.notifications.people import Seat, staff
from procurement.contracts.enums import ContractState
from procurement.contracts.models import Amendment, Contract
from procurement.projects.enums import NoticeKind
from procurement.projects.models import Notice
from procurement.projects.notifications import about, thread_of


def contract(pk: int) -> Contract:
    return Contract.objects.select_related("award__lot__call__project__buyer", "award__bid__supplier").get(pk=pk)


def contract_facts(row: Contract) -> dict[str, str]:
    return {**about(row.project), "contract": row.number}


@event(
    "contract.drafted",
    EventGroup.CONTRACTS,
    _("Read the contract: %(title)s"),
    _("Contract %(contract)s is drafted. Agree to it, or talk to the buyer."),
)
def _drafted(contract_id: int) -> Told:
    row = contract(contract_id)
    people = staff([row.supplier.pk], Role.SUPPLIER, Role.SIGNATORY)
    path = reverse("deed", args=["contract.agree", row.pk])
    return Told(row, people, path, contract_facts(row), project=row.project)


@event(
    "contract.agreed",
    EventGroup.CONTRACTS,
    _("To be signed: %(title)s"),
    _("Both sides agree on contract %(contract)s. It waits for your signature."),
)
def _agreed(contract_id: int) -> Told:
    row = contract(contract_id)
    people = staff([row.buyer.pk, row.supplier.pk], Role.SIGNATORY)
    path = reverse("deed", args=["contract.sign", row.pk])
    return Told(row, people, path, contract_facts(row), project=row.project)


@event(
    "contract.signed",
    EventGroup.CONTRACTS,
    _("Signed: %(title)s"),
    _("Contract %(contract)s bears both signatures."),
)
def _signed(contract_id: int) -> Told:
    row = contract(contract_id)
    people = [*staff([row.buyer.pk], Role.DRAFTER, Role.FINANCE), *staff([row.supplier.pk], Role.SUPPLIER)]
    return Told(row, people, thread_of(row.project), contract_facts(row), project=row.project)


def _amendment(pk: int) -> Amendment:
    way = "contract__award"
    return Amendment.objects.select_related(f"{way}__lot__call__project__buyer", f"{way}__bid__supplier").get(pk=pk)


def _supplement_facts(row: Amendment) -> dict[str, str]:
    return {**contract_facts(row.contract), "supplement": row.number}


@event(
    "amendment.drafted",
    EventGroup.CONTRACTS,
    _("Read the supplement: %(title)s"),
    _("Supplement %(supplement)s to contract %(contract)s is drafted. Agree to it, or give it up."),
)
def _supplement_drafted(amendment_id: int) -> Told:
    row = _amendment(amendment_id)
    people = staff([row.supplier.pk], Role.SUPPLIER, Role.SIGNATORY)
    path = reverse("deed", args=["amendment.agree", row.pk])
    return Told(row, people, path, _supplement_facts(row), project=row.project)


@event(
    "amendment.agreed",
    EventGroup.CONTRACTS,
    _("Supplement to be signed: %(title)s"),
    _("Both sides agree on supplement %(supplement)s. It waits for your signature."),
)
def _supplement_agreed(amendment_id: int) -> Told:
    row = _amendment(amendment_id)
    people = staff([row.buyer.pk, row.supplier.pk], Role.SIGNATORY)
    path = reverse("deed", args=["amendment.sign", row.pk])
    return Told(row, people, path, _supplement_facts(row), project=row.project)


@event(
    "amendment.signed",
    EventGroup.CONTRACTS,
    _("Supplement signed: %(title)s"),
    _("Supplement %(supplement)s bears both signatures and counts from now on. It is published within 2 working days."),
)
def _supplement_signed(amendment_id: int) -> Told:
    row = _amendment(amendment_id)
    people = [*staff([row.buyer.pk], Role.APPROVER, Role.FINANCE), *staff([row.supplier.pk], Role.SUPPLIER)]
    return Told(row, people, thread_of(row.project), _supplement_facts(row), project=row.project)


@event(
    "amendment.dropped",
    EventGroup.CONTRACTS,
    _("Supplement given up: %(title)s"),
    _("Supplement %(supplement)s to contract %(contract)s was given up. The contract stays as it is."),
)
def _supplement_dropped(amendment_id: int) -> Told:
    row = _amendment(amendment_id)
    people = [*staff([row.buyer.pk], Role.DRAFTER), *staff([row.supplier.pk], Role.SUPPLIER)]
    return Told(row, people, thread_of(row.project), _supplement_facts(row), project=row.project)


def _both_sides(row: Contract) -> list[Seat]:
    return [
        *staff([row.buyer.pk], Role.DRAFTER, Role.APPROVER, Role.FINANCE),
        *staff([row.supplier.pk], Role.SUPPLIER, Role.SIGNATORY),
    ]


@event(
    "contract.suspended",
    EventGroup.CONTRACTS,
    _("Suspended: %(title)s"),
    _("Contract %(contract)s rests while a challenge to its award is pending: nothing is performed until then."),
    on="contract.changed",
)
def _suspended(contract_id: int) -> Told | None:
    row = contract(contract_id)
    if row.state != ContractState.SUSPENDED:
        return None
    path = thread_of(row.project)
    return Told(row, _both_sides(row), path, contract_facts(row), project=row.project, key=str(row.log_length))


@event(
    "contract.resumed",
    EventGroup.CONTRACTS,
    _("Goes on: %(title)s"),
    _("Contract %(contract)s is no longer suspended. Its milestones go on."),
    on="contract.changed",
)
def _resumed(contract_id: int) -> Told | None:
    row = contract(contract_id)
    if row.state not in (ContractState.SIGNED, ContractState.PUBLISHED):
        return None
    path = thread_of(row.project)
    return Told(row, _both_sides(row), path, contract_facts(row), project=row.project, key=str(row.log_length))


@event(
    "contract.supplemented",
    EventGroup.CONTRACTS,
    _("A change of the contract is published: %(title)s"),
    _("What changed in contract %(contract)s stands in its notice on the thread."),
    on="notice.published",
)
def _supplemented(notice_id: int) -> Told | None:
    notice = Notice.objects.select_related("project__buyer").get(pk=notice_id)
    if notice.kind != NoticeKind.CONTRACT_CHANGE:
        return None
    number = notice.fields["contract_number"]
    rows = Contract.objects.select_related("award__lot__call__project__buyer", "award__bid__supplier")
    row = rows.get(number=number, award__lot__call__project=notice.project)
    path = thread_of(row.project)
    return Told(notice, _both_sides(row), path, contract_facts(row), project=row.project, at=notice.published_at)
