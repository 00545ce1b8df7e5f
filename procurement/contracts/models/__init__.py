"""The contract as signed, its supplements, and that its copy was filed."""

from procurement.contracts.models.amendment import Amendment, AmendmentSignature, InstalmentChange
from procurement.contracts.models.contract import Clause, Contract, Instalment, Signature
from procurement.contracts.models.filing import CopyFiled

__all__ = [
    "Amendment",
    "AmendmentSignature",
    "Clause",
    "Contract",
    "CopyFiled",
    "Instalment",
    "InstalmentChange",
    "Signature",
]
