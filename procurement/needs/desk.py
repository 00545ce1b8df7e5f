"""What is done with needs at the desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import BUYER_KINDS, Role
from procurement.accounts.models import Organisation
from procurement.accounts.workspace import forms
from procurement.accounts.workspace.desk import Actor, deed
from procurement.common.models import next_number
from procurement.needs.models import Need
from workflows import engine, jobs


def own_organisation(actor: Actor) -> QuerySet[Organisation]:
    """The actor's organisation itself: what new things are begun from."""
    return Organisation.objects.filter(pk=actor.organisation.pk if actor.organisation else None)


def _raised_here(actor: Actor) -> QuerySet[Need]:
    return Need.objects.filter(station=actor.organisation).select_related("station")


def _addressed(actor: Actor) -> QuerySet[Need]:
    return Need.objects.filter(addressed_to=actor.organisation).select_related("station")


def _facts(need: Need) -> list[tuple[Any, Any]]:
    return [
        (_("Need"), need.text),
        (_("Station"), need.station.name),
        (_("Residents"), need.supporters),
        (_("Raised on"), need.raised_on),
    ]


def _raise_fields(station: Organisation, actor: Actor) -> forms.Fields:
    buyers = Organisation.objects.filter(kind__in=BUYER_KINDS).order_by("name")
    return {
        "title": forms.line(_("Need in one line")),
        "text": forms.text(_("In residents' own words"), 4000),
        "supporters": forms.number(_("How many residents share it"), 1, 1_000_000, initial=1),
        "addressed_to": django_forms.ModelChoiceField(buyers, label=_("To which organisation")),
    }


@transaction.atomic
def _raise(station: Organisation, actor: Actor, given: dict[str, Any]) -> Any:
    prefix = f"XQ-{station.region or '000000'}-{actor.at.year}-"
    need = Need(
        number=f"{prefix}{next_number(prefix):05d}",
        station=station,
        raised_on=timezone.localdate(actor.at),
        **given,
    )
    engine.begin(need, **actor.as_organisation)
    engine.perform(need.submit, **actor.as_organisation)
    jobs.enqueue("need.submitted", need_id=need.pk)
    return _("The need is handed in as %(number)s.") % {"number": need.number}


TELLS = {
    "screen": "need.screened",
    "decline": "need.declined",
    "confirm": "need.confirmed",
    "dispute": "need.disputed",
}


def _telling(move: str) -> Callable[[Need, Actor, dict[str, Any]], None]:
    """The act, and the job that tells of it."""

    @transaction.atomic
    def do(need: Need, actor: Actor, given: dict[str, Any]) -> None:
        engine.perform(getattr(need, move), **actor.as_organisation, **given)
        jobs.enqueue(TELLS[move], need_id=need.pk)

    return do


deed(
    "need.raise",
    _("Raise a need"),
    [Role.STATION],
    mine=own_organisation,
    do=_raise,
    fields=_raise_fields,
    optional=True,
)
deed(
    "need.screen",
    _("Take up a need"),
    [Role.DRAFTER],
    mine=_addressed,
    waits=Q(state="submitted"),
    move="screen",
    facts=_facts,
    do=_telling("screen"),
)
deed(
    "need.decline",
    _("Decline a need"),
    [Role.APPROVER],
    mine=_addressed,
    waits=Q(state__in=["submitted", "screened"]),
    move="decline",
    facts=_facts,
    fields=lambda need, actor: {"reason": forms.reason()},
    do=_telling("decline"),
    hurts=True,
    optional=True,
)
deed(
    "need.confirm",
    _("Say that a need was met"),
    [Role.STATION],
    mine=_raised_here,
    waits=Q(state="answered"),
    move="confirm",
    facts=_facts,
    do=_telling("confirm"),
)
deed(
    "need.dispute",
    _("Say that a need was not met"),
    [Role.STATION],
    mine=_raised_here,
    waits=Q(state="answered"),
    move="dispute",
    facts=_facts,
    fields=lambda need, actor: {"reason": forms.reason()},
    do=_telling("dispute"),
    optional=True,
)
