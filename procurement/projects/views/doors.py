"""Which of the two ledgers a page is about, who reads it, and who keeps it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from procurement.accounts.enums import BUYER_KINDS, Role
from procurement.accounts.models import Organisation
from procurement.accounts.permissions import is_regulator
from procurement.accounts.workspace.desk import Actor
from procurement.accounts.workspace.views import actor_of
from procurement.projects.forms import BudgetForm, CatalogueForm, LineForm
from procurement.projects.models import BudgetLine, CatalogueItem


@dataclass(frozen=True)
class Ledger:
    """The catalogue or the budget: its rows, its form, whose hand keeps it, and its words."""

    name: str
    model: Any
    form: type[LineForm]
    keeper: Role
    title: Promise
    add: Promise
    empty: Promise
    note: Promise

    def may_keep(self, actor: Actor) -> bool:
        return self.keeper in actor.roles


CATALOGUE = Ledger(
    "catalogue",
    CatalogueItem,
    CatalogueForm,
    Role.DRAFTER,
    gettext_lazy("Guidance catalogue"),
    gettext_lazy("Add a catalogue item"),
    gettext_lazy("What your organisation may buy (指导性目录). A call is only for what is in it."),
    gettext_lazy("Name and, where the published catalogue has one, its code."),
)
BUDGET = Ledger(
    "budget",
    BudgetLine,
    BudgetForm,
    Role.FINANCE,
    gettext_lazy("Budget lines"),
    gettext_lazy("Add a budget line"),
    gettext_lazy("The money there is for a year. No budget line, no call."),
    gettext_lazy("Year, name, source of funds, amount in yuan."),
)


def buyers_there() -> QuerySet[Organisation]:
    """Every organisation that buys, by name."""
    return Organisation.objects.filter(kind__in=BUYER_KINDS).order_by("name")


def _of_another(request: HttpRequest, ledger: Ledger, actor: Actor, pk: int | None) -> Organisation | None:
    """The other buyer whose page a regulator looks at; none where it is the own one's, or the reader is none."""
    if not is_regulator(request.user):
        return None
    buyers, wanted = buyers_there(), request.GET.get("buyer", "")
    if pk is not None:
        found = buyers.filter(pk__in=ledger.model.objects.filter(pk=pk).values("organisation")).first()
    elif wanted.isascii() and wanted.isdigit() and len(wanted) < 10:
        found = buyers.filter(pk=wanted).first()
    else:
        found = None if actor.organisation and actor.organisation.is_buyer else buyers.first()
    return None if found == actor.organisation else found


View = Callable[..., HttpResponseBase]


def of_buyer(ledger: Ledger, *, keeping: bool = False) -> Callable[[View], View]:
    """The page gets ``ledger`` and ``actor``: a member of a buyer; with ``keeping``, whoever keeps the ledger.

    A regulator reads every buyer's: the one that the address names, or whose line it is.
    """

    def decorate(view: View) -> View:
        @login_required
        @never_cache
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **more: Any) -> HttpResponseBase:
            actor = actor_of(request)
            if not keeping and (read := _of_another(request, ledger, actor, more.get("pk"))):
                return view(request, ledger, replace(actor, organisation=read, roles=frozenset()), *args, **more)
            if actor.organisation is None or not actor.organisation.is_buyer or not actor.roles:
                raise PermissionDenied(_("Only organisations that buy services have a catalogue and a budget."))
            if keeping and not ledger.may_keep(actor):
                raise PermissionDenied(
                    _("This is done by somebody with the role “%(role)s”.") % {"role": ledger.keeper.label}
                )
            return view(request, ledger, actor, *args, **more)

        return guarded

    return decorate
