"""May this contract be agreed, signed, published, and may a supplement change it? (RULES §7, T7, T8)"""

from procurement.contracts.guards.amendment import (
    OF_AMENDMENTS,
    change_published_in_time,
    contract_is_published,
    rows_can_be,
)
from procurement.contracts.guards.contract import (
    award_is_noticed,
    both_signed,
    clauses_complete,
    instalments_complete,
    nothing_suspends_signing,
    published_in_time,
    same_as_award,
    signed_in_time,
    was_not_published,
    was_published,
)
from procurement.projects.guards import has_published_reason

__all__ = [
    "OF_AMENDMENTS",
    "award_is_noticed",
    "both_signed",
    "change_published_in_time",
    "clauses_complete",
    "contract_is_published",
    "has_published_reason",
    "instalments_complete",
    "nothing_suspends_signing",
    "published_in_time",
    "rows_can_be",
    "same_as_award",
    "signed_in_time",
    "was_not_published",
    "was_published",
]
