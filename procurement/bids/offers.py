"""What an offer is made of, as a form: lenient while a draft is written, strict when it is to be sealed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from procurement.accounts.workspace import forms as fields
from procurement.bids import actions
from procurement.bids.models import Bid
from procurement.calls.enums import CriterionKind
from procurement.calls.models import Criterion, Lot
from procurement.common.credit_codes import problem
from procurement.common.money import fen, yuan

ROWS, SPARE_ROWS = 60, 3
MEMBERS, SPARE_MEMBERS = 10, 2
TEXT = 20_000
ROW_FIELDS, MEMBER_FIELDS = ("item", "amount", "unit"), ("member", "code", "share")
_NUMBERED = re.compile(r"(item|amount|unit|member|code|share)_(\d{1,2})")


@dataclass(frozen=True)
class Check:
    """One line of the completeness list: ``ok``, ``warn`` (may be sealed so) or ``block``."""

    label: str
    effect: str
    message: str = ""


def _amount(value: str) -> Decimal:
    """A quantity in a price table: more than nothing, up to three decimals."""
    field = forms.DecimalField(min_value=Decimal("0.001"), max_digits=12, decimal_places=3)
    return field.clean(value)


class OfferForm(forms.Form):
    """One offer for one lot. Bound to what was typed, valid or not; ``content`` is what would be sealed."""

    def __init__(self, lot: Lot, flat: Mapping[str, str], criteria: list[Criterion] | None = None) -> None:
        self.lot = lot
        self.criteria = list(lot.call.criteria.all()) if criteria is None else criteria
        self.rows = _count(flat, "item", "amount", "unit", most=ROWS, spare=SPARE_ROWS)
        self.members = (
            _count(flat, "member", "code", "share", most=MEMBERS, spare=SPARE_MEMBERS)
            if lot.call.consortium_allowed
            else 0
        )
        super().__init__(dict(flat) if flat else None)
        for name, field in self._build():
            css = fields.CLASSES.get(type(field.widget), "form-control")
            field.widget.attrs["class"] = css
            self.fields[name] = field

    def _build(self) -> Iterator[tuple[str, forms.Field]]:
        yield "price", fields.YuanField(label=_("Price"), required=False)
        for criterion in self.criteria:
            if criterion.kind == CriterionKind.QUANTITY:
                yield (
                    f"quantity_{criterion.code}",
                    fields.number(criterion.name, 0, help_text=criterion.rule, required=False),
                )
            elif criterion.kind == CriterionKind.JUDGED:
                yield (
                    f"answer_{criterion.code}",
                    fields.text(
                        f"{criterion.code} {criterion.name}", TEXT, 5, help_text=criterion.rule, required=False
                    ),
                )
        yield "proposal", fields.text(_("Proposal"), TEXT, 6, required=False)
        yield "head", fields.line(_("Head of the organisation"), 60, required=False)
        yield (
            "controller",
            fields.line(_("Controlling holder"), 100, required=False, help_text=_("empty where there is none")),
        )
        for number in range(self.rows):
            yield f"item_{number}", fields.line(_("Item"), 200, required=False)
            yield f"amount_{number}", fields.line(_("Quantity"), 20, required=False)
            yield f"unit_{number}", fields.YuanField(label=_("Unit price"), required=False, help_text="")
        for number in range(self.members):
            yield f"member_{number}", fields.line(_("Organisation"), 200, required=False)
            yield f"code_{number}", fields.line(_("Unified social credit code"), 18, required=False)
            yield f"share_{number}", fields.line(_("Share in %"), 6, required=False)

    def _group(self, names: tuple[str, ...], number: int, message: str) -> list[Any] | None:
        """The values of one row; none where it is empty. A row half filled in is an error of its first gap."""
        values = [self.cleaned_data.get(f"{name}_{number}") for name in names]
        if all(value in (None, "") for value in values):
            return None
        for name, value in zip(names, values, strict=True):
            if value in (None, "") and f"{name}_{number}" not in self.errors:
                self.add_error(f"{name}_{number}", message)
        return values

    def clean(self) -> dict[str, Any]:
        self.table = list(self._table())
        self.consortium = list(self._members())
        price = self.cleaned_data.get("price")
        broken = any(name.startswith(("item_", "amount_", "unit_")) for name in self.errors)
        if self.table and not broken and price is not None and self.total != price:
            self.add_error(
                "price",
                now("The price is %(price)s yuan, but the table sums up to %(total)s yuan.")
                % {"price": yuan(price), "total": yuan(self.total)},
            )
        shares = sum((Decimal(member["share"]) for member in self.consortium), Decimal(0))
        if self.consortium and shares != 100 and not any(name.startswith("share_") for name in self.errors):
            self.add_error("share_0", now("The shares sum up to %(sum)s%%, not 100%%.") % {"sum": f"{shares:f}"})
        return self.cleaned_data

    def _table(self) -> Iterator[dict[str, str]]:
        for number in range(self.rows):
            values = self._group(ROW_FIELDS, number, now("Name, quantity and unit price belong together."))
            if values is None or any(value in (None, "") for value in values):
                continue
            try:
                amount = _amount(values[1])
            except ValidationError as error:
                self.add_error(f"amount_{number}", error)
                continue
            yield {"item": values[0], "quantity": f"{amount.normalize():f}", "unit_price": str(values[2])}

    def _members(self) -> Iterator[dict[str, str]]:
        for number in range(self.members):
            values = self._group(MEMBER_FIELDS, number, now("Name, credit code and share belong together."))
            if values is None or any(value in (None, "") for value in values):
                continue
            code = values[1].upper()
            if wrong := problem(code):
                self.add_error(f"code_{number}", wrong)
                continue
            try:
                share = forms.DecimalField(min_value=Decimal("0.01"), max_value=100, decimal_places=2).clean(values[2])
            except ValidationError as error:
                self.add_error(f"share_{number}", error)
                continue
            yield {"name": values[0], "code": code, "share": f"{share:f}"}

    @property
    def total(self) -> Decimal:
        """The sum of the price table, each row rounded to the fen."""
        return sum((fen(Decimal(row["quantity"]) * Decimal(row["unit_price"])) for row in self.table), Decimal(0))

    @property
    def answers(self) -> dict[str, str]:
        """What is offered for each judged criterion, by its code."""
        found = {
            name.removeprefix("answer_"): text for name, text in self.cleaned_data.items() if name.startswith("answer_")
        }
        return {code: text for code, text in found.items() if text}

    def content(self) -> dict[str, Any]:
        """The offer as it is sealed; only of a form without errors."""
        given = self.cleaned_data
        quantities = {name.removeprefix("quantity_"): v for name, v in given.items() if name.startswith("quantity_")}
        return actions.offer(
            given["price"],
            {code: Decimal(value) for code, value in quantities.items() if value is not None},
            given["proposal"],
            answers=self.answers,
            price_table=self.table,
            consortium=self.consortium,
            declared={name: given[name] for name in ("head", "controller") if given[name]},
        )

    def demand(self) -> bool:
        """Adds what may not be missing when the offer is sealed. Whether it may be sealed as it is."""
        if not self.is_bound:
            return False
        for name in self.fields:
            needed = name == "price" or name.startswith("quantity_")
            if needed and name not in self.errors and self.cleaned_data.get(name) is None:
                self.add_error(name, now("It is missing."))
        return not self.errors

    # what the page draws as tables
    def table_rows(self) -> list[list[forms.BoundField]]:
        return [[self[f"{name}_{number}"] for name in ROW_FIELDS] for number in range(self.rows)]

    def member_rows(self) -> list[list[forms.BoundField]]:
        return [[self[f"{name}_{number}"] for name in MEMBER_FIELDS] for number in range(self.members)]

    def plain_fields(self) -> list[forms.BoundField]:
        """Every field outside the two tables, in order."""
        return [self[name] for name in self.fields if not _NUMBERED.fullmatch(name)]

    def checks(self) -> list[Check]:
        """The completeness list: what is there, what is missing, what is wrong."""
        found = []
        for name, field in self.fields.items():
            if _NUMBERED.fullmatch(name) or name == "controller":
                continue
            wrong = self.errors.get(name)
            if wrong:
                found.append(Check(str(field.label), "block", " ".join(map(str, wrong))))
            elif self.cleaned_data.get(name) not in (None, "") if self.is_bound else False:
                found.append(Check(str(field.label), "ok"))
            elif name == "price" or name.startswith("quantity_"):
                found.append(Check(str(field.label), "block", now("It is missing.")))
            elif name != "proposal":
                found.append(Check(str(field.label), "warn", now("Nothing is written here.")))
        rows = [name for name in self.errors if _NUMBERED.fullmatch(name)]
        if rows:
            found.append(Check(now("Tables"), "block", now("Some rows are not complete.")))
        elif self.is_bound and self.table:
            found.append(Check(now("Price table"), "ok"))
        return found


def _count(flat: Mapping[str, str], *names: str, most: int, spare: int) -> int:
    """How many rows are shown: those filled in, and some spare ones."""
    used = [int(found[2]) for name, value in flat.items() if value and (found := _NUMBERED.fullmatch(name))
            and found[1] in names]  # fmt: skip
    return min(most, max(used, default=-1) + 1 + spare)


def typed(lot: Lot, given: Mapping[str, Any]) -> dict[str, str]:
    """What somebody typed, valid or not, bounded: ``ValidationError`` names the field that is too long or no text."""
    flat = {name: value for name in given if isinstance(value := given[name], str)}
    form = OfferForm(lot, {name: value for name, value in flat.items() if value.strip()})
    found = {}
    for name, field in form.fields.items():
        value = flat.get(name, "").replace("\r\n", "\n").strip()
        longest = getattr(field, "max_length", None) or 40
        if len(value) > longest:
            raise ValidationError(
                now("“%(field)s” is too long: at most %(length)s characters.")
                % {"field": field.label, "length": longest}
            )
        if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise ValidationError(now("“%(field)s” holds characters that are no text.") % {"field": field.label})
        if value:
            found[name] = value
    return found


def from_bid(bid: Bid) -> dict[str, str]:
    """The first offer as a final offer begins: the same, until it is changed."""
    flat = {"price": str(bid.price or ""), "proposal": bid.proposal}
    flat |= {f"quantity_{code}": value for code, value in bid.quantities.items()}
    flat |= {f"answer_{code}": text for code, text in bid.answers.items()}
    flat |= {name: bid.declared.get(name, "") for name in ("head", "controller")}
    for number, row in enumerate(bid.price_table):
        values = row["item"], row["quantity"], row["unit_price"]
        flat |= {f"{name}_{number}": value for name, value in zip(ROW_FIELDS, values, strict=True)}
    for number, member in enumerate(bid.consortium):
        values = member["name"], member["code"], member["share"]
        flat |= {f"{name}_{number}": value for name, value in zip(MEMBER_FIELDS, values, strict=True)}
    return {name: str(value) for name, value in flat.items() if value}
