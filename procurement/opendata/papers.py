"""What each paper is called, at which knot of the thread it hangs, and when it is everybody's."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

LABELS = {
    "receipt": _("Receipt"),
    "opening_record": _("Opening record"),
    "scoring_report": _("Scoring report"),
    "award_letter": _("Award letter"),
    "contract": _("Contract"),
    "amendment": _("Supplement"),
    "acceptance": _("Acceptance"),
    "evaluation_report": _("Evaluation report"),
}
KNOTS = {
    "receipt": 2,
    "opening_record": 2,
    "scoring_report": 3,
    "award_letter": 3,
    "contract": 4,
    "amendment": 4,
    "acceptance": 6,
    "evaluation_report": 7,
}


def is_public(kind: str, row: Any) -> bool:
    """Whether anyone may read this paper now. Receipts never are: before the opening nobody knows who bid."""
    if kind == "opening_record":
        return row.opened_at is not None
    if kind == "scoring_report":
        return any(award.noticed_at is not None and award.state != "revoked" for award in row.awards.all())
    if kind == "award_letter":
        return row.noticed_at is not None
    if kind == "contract":
        return row.state in ("published", "suspended", "completed", "terminated") and row.signed_at is not None
    if kind == "amendment":
        return row.state == "published"
    if kind == "acceptance":
        return True
    if kind == "evaluation_report":
        return row.state == "published"
    return False
