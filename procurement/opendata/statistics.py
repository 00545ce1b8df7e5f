"""The numbers of the whole, as charts with their tables: by month, domain, buyer, state. Rehearsals are in none."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO
from typing import Any
from urllib.parse import urlencode

from django.db.models import Avg, Count, Exists, OuterRef, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from procurement.accounts.models import Organisation
from procurement.calls.enums import Method
from procurement.calls.models import Call
from procurement.common import bodies, charts, page_cache, thread
from procurement.common.kept import kept
from procurement.common.templatetags.huiqun import wan
from procurement.contracts.models import Contract
from procurement.evaluation.enums import EvaluationState, Grade
from procurement.evaluation.models import Evaluation
from procurement.needs.enums import NeedState
from procurement.needs.models import Need
from procurement.projects.enums import Domain
from procurement.projects.models import NeedLink, Project

TITLES: dict[str, Any] = {
    "calls-by-month": gettext_lazy("Calls published, by month"),
    "amount-by-domain": gettext_lazy("Contract amounts, by whom they serve (yuan)"),
    "amount-by-buyer": gettext_lazy("Contract amounts, by buyer (yuan)"),
    "projects-by-step": gettext_lazy("Where the projects stand"),
    "calls-by-method": gettext_lazy("Calls, by method"),
    "bids-by-method": gettext_lazy("Bids a lot, by method"),
    "needs-by-state": gettext_lazy("Needs of residents, by what came of them"),
    "grades": gettext_lazy("Grades of published evaluations"),
    "points-by-domain": gettext_lazy("Points of published evaluations, by whom they serve"),
}
OF_A_HUNDRED = ("points-by-domain",)
MONTHS, BUYERS = 24, 12
TO_CONTRACT, TO_EVALUATION = "award__lot__call__project__", "contract__award__lot__call__project__"
TRUE_TO_LIFE = {"rehearsal": False}


def real_needs() -> QuerySet[Need]:
    """Every need that was handed in, but those that only rehearsals answer."""
    links = NeedLink.objects.filter(need=OuterRef("pk"))
    real, rehearsed = links.filter(project__rehearsal=False), links.filter(project__rehearsal=True)
    return Need.objects.exclude(state=NeedState.DRAFT).filter(~Exists(rehearsed) | Exists(real))


@dataclass(frozen=True)
class Filters:
    """What the reader narrows the numbers to; anything unknown counts as not asked."""

    year: str = ""
    domain: str = ""
    area: str = ""
    buyer: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> Filters:
        def digits(name: str, longest: int) -> str:
            value = query.get(name, "")
            return value if value.isascii() and value.isdigit() and len(value) <= longest else ""

        year, domain = digits("year", 4), query.get("domain", "")
        return cls(
            year=year if len(year) == 4 and int(year) > 0 else "",
            domain=domain if domain in Domain.values else "",
            area=digits("area", 6),
            buyer=digits("buyer", 9),
        )

    @property
    def any(self) -> bool:
        return any((self.year, self.domain, self.area, self.buyer))

    @property
    def query(self) -> str:
        """The filters as they stand in an address."""
        pairs = [(name, getattr(self, name)) for name in ("year", "domain", "area", "buyer")]
        return urlencode([(name, value) for name, value in pairs if value])

    def narrow(self, rows: QuerySet[Any], way: str, moment: str) -> QuerySet[Any]:
        """``way``: from a row to its project; ``moment``: the time by which the row belongs to a year."""
        wanted: dict[str, Any] = {f"{way}{name}": value for name, value in TRUE_TO_LIFE.items()}
        if self.year:
            wanted[f"{moment}__year"] = int(self.year)
        if self.domain:
            wanted[f"{way}domain"] = self.domain
        if self.area:
            wanted[f"{way}buyer__region__startswith"] = self.area
        if self.buyer:
            wanted[f"{way}buyer"] = int(self.buyer)
        return rows.filter(**wanted)

    def projects(self) -> QuerySet[Project]:
        return self.narrow(Project.objects.filter(approved_at__isnull=False), "", "approved_at").order_by()

    def calls(self) -> QuerySet[Call]:
        return self.narrow(Call.objects.filter(published_at__isnull=False), "project__", "published_at").order_by()

    def contracts(self) -> QuerySet[Contract]:
        return self.narrow(Contract.objects.filter(signed_at__isnull=False), TO_CONTRACT, "signed_at").order_by()

    def evaluations(self) -> QuerySet[Evaluation]:
        rows = Evaluation.objects.filter(state=EvaluationState.PUBLISHED)
        return self.narrow(rows, TO_EVALUATION, "published_at").order_by()

    def needs(self) -> QuerySet[Need]:
        """Needs belong to a place and to whom they are addressed."""
        rows = real_needs().order_by()
        if self.year:
            rows = rows.filter(raised_on__year=int(self.year))
        if self.domain:
            rows = rows.filter(projects__domain=self.domain).distinct()
        if self.area:
            rows = rows.filter(station__region__startswith=self.area)
        if self.buyer:
            rows = rows.filter(addressed_to=int(self.buyer))
        return rows


Row = tuple[str, Decimal, str]  # label, value, value as printed


def _calls_by_month(asked: Filters) -> list[Row]:
    found = asked.calls().annotate(month=TruncMonth("published_at")).values("month").annotate(n=Count("pk"))
    rows = [(f"{timezone.localtime(row['month']):%Y-%m}", Decimal(row["n"]), str(row["n"])) for row in found]
    return sorted(rows)[-MONTHS:]


def _amount_by_domain(asked: Filters) -> list[Row]:
    found = dict(asked.contracts().values_list(f"{TO_CONTRACT}domain").annotate(Sum("amount")))
    return [(str(label), found.get(value, Decimal(0)), wan(found.get(value, 0))) for value, label in Domain.choices]


def _amount_by_buyer(asked: Filters) -> list[Row]:
    # by key, and the names of the few that are shown: sorting every contract by a name takes ten times as long
    buyer = f"{TO_CONTRACT}buyer"
    found = asked.contracts().values_list(buyer).annotate(total=Sum("amount")).order_by("-total", buyer)[:BUYERS]
    names = dict(Organisation.objects.filter(pk__in=[pk for pk, _total in found]).values_list("pk", "name"))
    rows = [(names[pk], total, wan(total)) for pk, total in found]
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def _projects_by_step(asked: Filters) -> list[Row]:
    steps = [0] * (thread.FINISHED + 1)
    stopped = 0
    for state, count in asked.projects().values_list("state").annotate(Count("pk")):
        at, broke_off = thread.position(state)
        if broke_off:
            stopped += count
        else:
            steps[at] += count
    labels = [*(str(label) for label in thread.LABELS), _("All done"), _("Failed or terminated")]
    return [(label, Decimal(n), str(n)) for label, n in zip(labels, [*steps, stopped], strict=True)][1:]


def _calls_by_method(asked: Filters) -> list[Row]:
    found = dict(asked.calls().values_list("method").annotate(Count("pk")))
    return [(str(label), Decimal(n), str(n)) for value, label in Method.choices if (n := found.get(value, 0))]


def _bids_by_method(asked: Filters) -> list[Row]:
    """Opened bids for each lot that was opened: what competition there really was."""
    opened = asked.calls().filter(opened_at__isnull=False)
    lots = dict(opened.values_list("method").annotate(n=Count("lots")).filter(n__gt=0))
    # counted apart: in one query every lot would be there once for each of its bids
    bids = opened.filter(lots__bids__opened_at__isnull=False)
    bids_of = dict(bids.values_list("method").annotate(Count("lots__bids")))
    labels = dict(Method.choices)
    rows = [(str(labels[method]), Decimal(bids_of.get(method, 0)) / n) for method, n in lots.items()]
    return [(label, mean, f"{mean:.1f}") for label, mean in sorted(rows, key=lambda row: -row[1])]


def _needs_by_state(asked: Filters) -> list[Row]:
    found = dict(asked.needs().values_list("state").annotate(Count("pk", distinct=True)))
    states = [choice for choice in NeedState.choices if choice[0] != NeedState.DRAFT]
    return [(str(label), Decimal(found.get(value, 0)), str(found.get(value, 0))) for value, label in states]


def _grades(asked: Filters) -> list[Row]:
    found = dict(asked.evaluations().values_list("grade").annotate(Count("pk")))
    return [
        (f"{value} {label}", Decimal(found.get(value, 0)), str(found.get(value, 0))) for value, label in Grade.choices
    ]


def _points_by_domain(asked: Filters) -> list[Row]:
    found = dict(asked.evaluations().values_list(f"{TO_EVALUATION}domain").annotate(Avg("total")))
    return [(str(label), Decimal(mean), f"{mean:.2f}") for value, label in Domain.choices if (mean := found.get(value))]


MAKERS: dict[str, Callable[[Filters], list[Row]]] = {
    "calls-by-month": _calls_by_month,
    "amount-by-domain": _amount_by_domain,
    "amount-by-buyer": _amount_by_buyer,
    "projects-by-step": _projects_by_step,
    "calls-by-method": _calls_by_method,
    "bids-by-method": _bids_by_method,
    "needs-by-state": _needs_by_state,
    "grades": _grades,
    "points-by-domain": _points_by_domain,
}


@dataclass(frozen=True)
class Drawn:
    """A chart, its table, and where both come from."""

    key: str
    title: str
    svg: SafeString | str
    rows: Sequence[Row]
    query: str

    @property
    def empty(self) -> bool:
        return not any(value for _label, value, _text in self.rows)


SUBJECTS = ("calls", "needs", "reports", "threads", "organisations")


def draw(key: str, asked: Filters) -> Drawn:
    """One chart of TITLES, narrowed as asked, counted at most five minutes ago. ``KeyError`` for an unknown one.

    Nearly every act changes one of them: with the touches of what they count, a busy site would count all day.
    """
    return kept(f"{key}?{asked.query}", (), lambda: _draw(key, asked))


def _draw(key: str, asked: Filters) -> Drawn:
    rows, title = MAKERS[key](asked), str(TITLES[key])
    top = max((value for _label, value, _text in rows), default=Decimal(0))
    svg: SafeString | str = ""
    if top:
        bars = [charts.Bar(label if len(label) <= 11 else f"{label[:10]}…", value, text) for label, value, text in rows]
        svg = charts.bar_chart(title, bars, maximum=Decimal(100) if key in OF_A_HUNDRED else _round_up(top))
    return Drawn(key, title, svg, rows, asked.query)


def _round_up(top: Decimal) -> Decimal:
    """The next number that divides into four even quarters: 4, 8, 20, 40, 80, 200 …"""
    step = Decimal(4)
    while step < top:
        step *= Decimal("2.5") if str(step.normalize().as_tuple().digits[0]) == "8" else Decimal(2)
    return step


def _choices() -> dict[str, Any]:
    """What the filters offer: every year, area and buyer there is something of."""
    return {"domains": Domain.choices, **kept("statistics-choices", (), _known)}


def _known() -> dict[str, Any]:
    real = Project.objects.filter(approved_at__isnull=False, rehearsal=False)
    years = real.dates("approved_at", "year", order="DESC")
    buyers = Organisation.objects.filter(projects__in=real).distinct().order_by("name")
    return {
        "years": [str(day.year) for day in years],
        "areas": sorted({region for region in buyers.values_list("region", flat=True).order_by() if region}),
        "buyers": [(str(pk), name) for pk, name in buyers.values_list("pk", "name")],
    }


@require_safe
@bodies.shared_body
def statistics(request: HttpRequest) -> HttpResponse:
    """Every chart with its table; the filters hold for all of them."""
    page_cache.show(request, *SUBJECTS)
    asked = Filters.read(request.GET)
    drawn = [draw(key, asked) for key in TITLES]
    context = {"charts": drawn, "asked": asked, "choices": _choices(), "anything": any(not one.empty for one in drawn)}
    return bodies.shared(request, "opendata/statistics.html", context)


@require_safe
def statistics_csv(request: HttpRequest, key: str) -> HttpResponse:
    """One chart's table as CSV, with the same filters; a byte-order mark, so that spreadsheets read Chinese."""
    if key not in TITLES:
        raise Http404
    page_cache.show(request, *SUBJECTS)
    written = StringIO()
    lines = csv.writer(written)
    lines.writerow([str(TITLES[key]), _("Value")])
    # a name that begins like a formula stays a name in a spreadsheet
    lines.writerows(
        [_plain(label), f"{value.normalize():f}"] for label, value, _text in MAKERS[key](Filters.read(request.GET))
    )
    response = HttpResponse("\ufeff" + written.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{key}.csv"'
    return response


def _plain(label: str) -> str:
    return f"'{label}" if label[:1] in ("=", "+", "-", "@", "\t", "\r") else label
