"""May this call be published, opened, ended now? One module per chapter of the rulebook."""

from procurement.calls.guards.correction import (
    answered_in_time,
    corrected_ceiling_within_budget,
    corrected_criteria_are_quantified,
    corrected_has_criteria,
    corrected_price_weight,
    corrected_wording,
    correction_has_content,
    deadline_moves_with_content,
    deadline_never_earlier,
    has_answer,
    still_takes_bids,
)
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
    handed_in,
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
    "answered_in_time",
    "ceiling_within_budget",
    "corrected_ceiling_within_budget",
    "corrected_criteria_are_quantified",
    "corrected_has_criteria",
    "corrected_price_weight",
    "corrected_wording",
    "correction_has_content",
    "criteria_are_quantified",
    "deadline_moves_with_content",
    "deadline_never_earlier",
    "deadline_passed",
    "documents_obtainable_long_enough",
    "drafter_is_not_approver",
    "handed_in",
    "has_answer",
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
    "still_takes_bids",
    "time_to_bid",
]
