"""Charts drawn on the server as SVG: the same drawing in a page and on paper, readable without colour.

Every chart carries a title (the text alternative), prints its own figures beside the marks and draws only
what it is given: no smoothing, no truncated axis.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

KNOTS = ("需求", "立项", "公告", "评审", "合同", "履约", "验收", "评价")
# From dark to light, so that the order survives a black-and-white printer.
SHADES = ("#0f5257", "#3f8a8c", "#a9c9c6", "#e3b9a8", "#a61b29", "#cfc8ba")
POOLED = "合并的等级"


@dataclass(frozen=True)
class Bar:
    """One bar: ``value`` on the chart's scale, ``text`` printed after it, ``note`` under the label."""

    label: str
    value: Decimal
    text: str
    note: str = ""


@dataclass(frozen=True)
class Spread:
    """One row of a distribution: how many answers fell on each level, best level first.

    ``pooled``: answers on levels that are not shown apart because too few people chose them (E6).
    """

    label: str
    counts: Sequence[int]
    pooled: int = 0


def bar_chart(title: str, bars: Sequence[Bar], *, maximum: Decimal = Decimal(100)) -> SafeString:
    """Horizontal bars from zero to ``maximum``, with quarter lines."""
    left, width, row = 118, 300, 26
    rows = [
        {
            "bar": bar,
            "y": 10 + index * row,
            "length": _number(_share(bar.value, maximum) * width),
            "text_x": _number(left + _share(bar.value, maximum) * width + 5),
        }
        for index, bar in enumerate(bars)
    ]
    bottom = 10 + len(bars) * row
    grid = [{"x": left + width * quarter // 4, "label": _number(maximum * quarter / 4)} for quarter in range(5)]
    return _draw(
        "bars",
        {"title": title, "rows": rows, "grid": grid, "left": left, "bottom": bottom, "height": bottom + 18},
    )


def spread_chart(title: str, rows: Sequence[Spread], levels: Sequence[str]) -> SafeString:
    """Answers by level, each row stretched to its own total, counts printed where their piece has room."""
    left, width, step = 92, 344, 28
    drawn = []
    for index, row in enumerate(rows):
        total = sum(row.counts) + row.pooled
        pieces, x = [], Decimal(left)
        for shade, count in enumerate((*row.counts, row.pooled)):
            length = _share(Decimal(count), Decimal(total)) * width
            pieces.append(
                {
                    "x": _number(x),
                    "length": _number(length),
                    "middle": _number(x + length / 2),
                    "fill": SHADES[shade],
                    "ink": "#222" if shade in (2, 3, 5) else "#fff",
                    # A number wider than its piece would run into the next one: the table beside has it.
                    "count": count if length >= 9 + 6 * (len(str(count)) - 1) else "",
                }
            )
            x += length
        drawn.append(
            {
                "label": row.label,
                "y": 30 + index * step,
                "pieces": pieces,
                "total": total,
                "end": left + width + 5,
            }
        )
    names = [*levels, POOLED] if any(row.pooled for row in rows) else levels
    legend = [{"x": left + index * 62, "fill": SHADES[index], "label": name} for index, name in enumerate(names)]
    return _draw("spread", {"title": title, "rows": drawn, "legend": legend, "height": 32 + len(rows) * step})


def thread_strip(stage: int) -> SafeString:
    """The thread with eight knots for the head of a page; ``stage`` (0 to 7) is where this paper belongs."""
    knots = [
        {
            "x": 14 + index * 28,
            "label": label,
            "state": "done" if index < stage else "now" if index == stage else "next",
        }
        for index, label in enumerate(KNOTS)
    ]
    title = f"项目进程：{KNOTS[stage]}（第 {stage + 1} 步，共 {len(KNOTS)} 步）"
    return _draw("thread", {"title": title, "knots": knots, "from_x": 14, "at_x": 14 + stage * 28, "to_x": 210})


def _share(value: Decimal, whole: Decimal) -> Decimal:
    return min(max(value / whole, Decimal(0)), Decimal(1)) if whole else Decimal(0)


def _number(value: Decimal | int) -> str:
    """A coordinate with at most two decimals and no exponent: locale-free, and the same bytes each time."""
    return f"{Decimal(value):.2f}".rstrip("0").rstrip(".")


def _draw(name: str, context: dict) -> SafeString:
    return render_to_string(f"pdf/charts/{name}.svg", context)
