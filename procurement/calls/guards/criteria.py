from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from procurement.calls.enums import CriterionKind
from procurement.rules import rulebook
from workflows.machine import Act
from workflows.reasons import Reason


def has_criteria(call: Any, act: Act) -> Iterator[Reason]:
    """Weights sum to 100; at most one price factor; S3's companions."""
    criteria = list(call.criteria.all())
    total = sum((criterion.weight for criterion in criteria), Decimal(0))
    if total != 100:
        yield Reason(_("The weights sum to %(total)s, not to 100.") % {"total": total.normalize()}, code="weights")
    if sum(criterion.kind == CriterionKind.PRICE for criterion in criteria) > 1:
        yield Reason(_("Price is scored once."), code="price_twice")


def price_weight(call: Any, act: Act) -> Iterator[Reason]:
    """S1: price weight for services; a call without a price factor is one with a fixed or state-set price."""
    rule = rulebook.find("S1", variant=call.method, on=act.at, region=call.project.buyer.region)
    weights = [c.weight for c in call.criteria.all() if c.kind == CriterionKind.PRICE]
    if rule is None or not weights:
        return
    low, high = rule.values.get("min"), rule.values.get("max")
    weight = weights[0]
    if low is not None and weight < Decimal(str(low)):
        yield rule.reason(
            _("The price weighs %(weight)s%%; it must weigh %(low)s%% at least.") % {"weight": weight, "low": low}
        )
    if high is not None and weight > Decimal(str(high)):
        yield rule.reason(
            _("The price weighs %(weight)s%%; it may weigh %(high)s%% at most.") % {"weight": weight, "high": high}
        )


def criteria_are_quantified(call: Any, act: Act) -> Iterator[Reason]:
    """S3: every judged factor says how its points are earned (条例 art 34)."""
    rule = rulebook.find("S3", on=act.at, region=call.project.buyer.region)
    if rule is None:
        return
    vague = [c.name for c in call.criteria.all() if c.kind == CriterionKind.JUDGED and not c.rule.strip()]
    if vague:
        yield rule.reason(_("No rule says how points are earned for: %(names)s.") % {"names": "; ".join(vague)})


def low_price_rates_in_range(call: Any, act: Act) -> Iterator[Reason]:
    """B4: a call may raise the rates, up to the highest allowed (异常低价)."""
    rule = rulebook.find("B4", on=act.at, region=call.project.buyer.region)
    if rule is None:
        return
    highest = Decimal(str(rule.values["max_rate"]))
    for name, value in call.low_price_rates.items():
        lowest = Decimal(str(rule.values[name]))
        if not lowest <= Decimal(str(value)) <= highest:
            yield rule.reason(
                _("The rate “%(name)s” is %(value)s; it lies between %(low)s and %(high)s.")
                % {"name": name, "value": value, "low": lowest, "high": highest}
            )


def restrictive_phrases(text: str, patterns: list[str]) -> list[str]:
    """The phrases of ``text`` that limit bidders by place, form, ownership or local awards, as written."""
    found = [match.group(0) for pattern in patterns for match in re.finditer(pattern, text)]
    return [phrase for phrase in found if not any(phrase != other and phrase in other for other in found)]


def restrictive_wording(call: Any, act: Act) -> Iterator[Reason]:
    """W6: a call may not limit bidders by location, form, ownership or regional awards (条例 art 20)."""
    rule = rulebook.find("W6", on=act.at, region=call.project.buyer.region)
    if rule is None:
        return
    texts = [call.qualifications, call.requirements, call.project.summary]
    texts += [f"{criterion.name} {criterion.rule}" for criterion in call.criteria.all()]
    phrases = [phrase for text in texts for phrase in restrictive_phrases(text, rule.values["patterns"])]
    for phrase in dict.fromkeys(phrases):
        yield rule.reason(_("“%(phrase)s” may limit who can bid.") % {"phrase": phrase}, phrase=phrase)
