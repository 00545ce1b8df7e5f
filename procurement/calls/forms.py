"""The steps of drafting a call, and the forms of questions and corrections."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from procurement.accounts.workspace import forms as desk
from procurement.calls.enums import CriterionKind, Method, SmePolicy
from procurement.calls.models import Call

RATES = {
    "mean": _("Abnormally low price: rate of the mean"),
    "second": _("Abnormally low price: rate of the second lowest"),
    "ceiling": _("Abnormally low price: rate of the ceiling"),
}
# asked of few calls: folded away until something is in them
SELDOM: tuple[str, ...] = ("sme_policy", "approval_number", "approval_date", "urgent_reason", "prices_read_out")
SELDOM += tuple(f"rate_{name}" for name in RATES)
ROWS = 12  # criteria, and lots, at most: more are a sign of two calls in one


def _optional(fields: dict[str, forms.Field]) -> dict[str, forms.Field]:
    """A draft is kept however incomplete; what is missing the rules tell."""
    for field in fields.values():
        field.required = False
    return fields


def timetable_fields(call: Call) -> dict[str, forms.Field]:
    fields: dict[str, forms.Field] = {
        "method": forms.ChoiceField(label=_("Method"), choices=Method.choices),
        "planned_on": desk.day(_("Planned day of publication")),
        "deadline": desk.moment(_("Deadline for bids")),
        "documents_until": desk.moment(_("Documents until"), help_text=_("Empty: until the deadline.")),
        "questions_until": desk.moment(_("Questions until"), help_text=_("Empty: until the deadline.")),
        "ceiling": desk.YuanField(label=_("Ceiling")),
        "sme_policy": forms.ChoiceField(label=_("Small firms"), choices=SmePolicy.choices),
        "approval_number": desk.line(_("Approval of the method: number"), 100),
        "approval_date": desk.day(_("Approval of the method: date")),
        "urgent_reason": desk.text(_("Why it is urgent (only where the intent was not published in time)"), 2000, 2),
    }
    for name, words in RATES.items():
        fields[f"rate_{name}"] = forms.DecimalField(
            label=words,
            max_digits=3,
            decimal_places=2,
            min_value=0,
            max_value=1,
            help_text=_("Empty: the rate the rule sets. A call may raise it."),
        )
    if call.method == Method.OWN_RULE:
        fields["prices_read_out"] = forms.BooleanField(label=_("Prices are read out at the opening"))
    return _optional(fields)


def document_fields(call: Call) -> dict[str, forms.Field]:
    return _optional(
        {
            "requirements": desk.text(_("What is wanted"), rows=8),
            "qualifications": desk.text(_("Who may bid"), rows=5),
            "consortium_allowed": forms.BooleanField(label=_("Several organisations may bid together (consortium)")),
            "obtaining": desk.text(
                _("How documents are obtained"), 2000, 2, help_text=_("Empty: free of charge on the call's page here.")
            ),
            "contact": desk.line(_("Contact for questions"), help_text=_("A name and a telephone number.")),
        }
    )


def criterion_fields(row: int) -> dict[str, forms.Field]:
    return _optional(
        {
            f"name_{row}": desk.line(_("Factor"), 60),
            f"kind_{row}": forms.ChoiceField(
                label=_("How it is scored"), choices=CriterionKind.choices, initial=CriterionKind.JUDGED
            ),
            f"weight_{row}": desk.points(_("Weight")),
            f"rule_{row}": desk.text(_("How points are earned"), 2000, 2),
        }
    )


def lot_fields(row: int) -> dict[str, forms.Field]:
    return _optional(
        {
            f"code_{row}": desk.line(_("Code"), 20),
            f"lot_{row}": desk.line(_("Name")),
            f"ceiling_{row}": desk.YuanField(label=_("Ceiling")),
        }
    )


def timetable_initial(call: Call) -> dict[str, Any]:
    names = ["method", "planned_on", "deadline", "documents_until", "questions_until", "ceiling", "sme_policy"]
    names += ["approval_number", "approval_date", "urgent_reason", "prices_read_out"]
    return {name: getattr(call, name) for name in names} | {
        f"rate_{name}": value for name, value in call.low_price_rates.items()
    }


def timetable_values(cleaned: dict[str, Any]) -> dict[str, Any]:
    """What of the form is kept in the call; a date or amount left empty keeps the one that was there."""
    rates = {name: str(cleaned.pop(f"rate_{name}")) for name in RATES if cleaned.get(f"rate_{name}") is not None}
    kept = {name: value for name, value in cleaned.items() if not name.startswith("rate_")}
    for name in ("method", "deadline", "ceiling"):
        if not kept.get(name):
            kept.pop(name, None)
    return kept | {"low_price_rates": rates}


def criteria_rows(cleaned: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows that say something, in order."""
    return [
        {
            "name": cleaned.get(f"name_{row}") or "",
            "kind": cleaned.get(f"kind_{row}") or CriterionKind.JUDGED,
            "weight": cleaned[f"weight_{row}"],
            "rule": cleaned.get(f"rule_{row}") or "",
        }
        for row in range(ROWS)
        if cleaned.get(f"name_{row}") and (cleaned.get(f"weight_{row}") or Decimal(0)) > 0
    ]


def lot_rows(cleaned: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"code": cleaned[f"code_{row}"], "name": cleaned.get(f"lot_{row}") or "", "ceiling": cleaned[f"ceiling_{row}"]}
        for row in range(ROWS)
        if cleaned.get(f"code_{row}") and cleaned.get(f"ceiling_{row}") is not None
    ]
