"""May this call be published, opened, ended now? One module per chapter of the rulebook."""

from procurement.calls.guards.criteria import (
    criteria_are_quantified,
    has_criteria,
    low_price_rates_in_range,
    price_weight,
    restrictive_wording,
)
from procurement.calls.guards.method import (
    ceiling_within_budget,
    drafter_is_not_approver,
    intent_long_enough_ago,
    method_fits_threshold,
    not_split,
    project_may_tender,
    small_firms_considered,
)
from procurement.calls.guards.timetable import (
    deadline_passed,
    documents_obtainable_long_enough,
    notice_shown_long_enough,
    time_to_bid,
)
from procurement.projects.guards import has_published_reason

__all__ = [
    "ceiling_within_budget",
    "criteria_are_quantified",
    "deadline_passed",
    "documents_obtainable_long_enough",
    "drafter_is_not_approver",
    "has_criteria",
    "has_published_reason",
    "intent_long_enough_ago",
    "low_price_rates_in_range",
    "method_fits_threshold",
    "not_split",
    "notice_shown_long_enough",
    "price_weight",
    "project_may_tender",
    "restrictive_wording",
    "small_firms_considered",
    "time_to_bid",
]
