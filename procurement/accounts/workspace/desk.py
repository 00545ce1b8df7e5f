"""What can be done at a desk. A stage registers its deeds; the pages list, show and do them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise

from procurement.accounts import mandates
from workflows import engine
from workflows.reasons import Reason

Words = str | Promise


@dataclass(frozen=True)
class Actor:
    """Who sits at the desk: a person, the organisation acted for, the roles held in it, the time."""

    user: Any
    organisation: Any
    roles: frozenset[str]
    at: datetime

    @property
    def as_organisation(self) -> dict[str, Any]:
        """How actions are told who acts."""
        return {"by": self.user, "organisation": self.organisation}


def threads_of(actor: Actor, *acts: str, way: str = "project") -> Q:
    """A filter of rows whose thread the actor's organisation runs: as the buyer, or by mandate for one of ``acts``."""
    return mandates.threads_of(actor.organisation, actor.at, *acts, way=way)


def runs(actor: Actor, project: Any, *acts: str) -> bool:
    """The same for one thread."""
    organisation = actor.organisation
    if organisation is not None and organisation.pk == project.buyer_id:
        return True
    return bool(mandates.acts_of(organisation, project, actor.at) & set(map(str, acts)))


Fields = dict[str, forms.Field]


@dataclass(frozen=True)
class Deed:
    """One thing that can be done with one kind of row.

    ``mine``: rows of the actor's that this deed is ever about; ``waits``: a filter of those it waits for now.
    ``fields``: the form, by name; ``do``: performs it with the cleaned form and may answer a sentence or a template
    context. ``move``: the transition whose rules are shown before the click, where it is one. ``preview``: the notice
    that the deed will publish (``title``, ``sections``, and ``reasons`` why not yet). ``page``: the address of a page
    of its own, where a form of fields is not enough; the list then leads there.
    """

    key: str
    label: Words
    roles: frozenset[str]
    mine: Callable[[Actor], QuerySet[Any]]
    do: Callable[[Any, Actor, dict[str, Any]], Any]
    waits: Q = field(default_factory=Q)
    fields: Callable[[Any, Actor], Fields] | None = None
    move: str = ""
    reasons: Callable[[Any, Actor], Iterable[Reason]] | None = None
    facts: Callable[[Any], Sequence[tuple[Words, Any]]] | None = None
    preview: Callable[[Any, Actor], Any] | None = None
    due: str = ""
    help: Words = ""
    hurts: bool = False
    optional: bool = False
    page: Callable[[Any], str] | None = None

    def address(self, subject: Any) -> str:
        """Where this deed is done on this row."""
        return self.page(subject) if self.page else reverse("deed", args=[self.key, subject.pk])

    @property
    def personal(self) -> bool:
        """Done in person, for no organisation: experts and evaluators."""
        return not self.roles

    def may_be_done_by(self, actor: Actor) -> bool:
        return self.personal or bool(self.roles & actor.roles)

    def waiting(self, actor: Actor) -> QuerySet[Any]:
        return self.mine(actor).filter(self.waits).distinct()

    def judged(self, subject: Any, actor: Actor) -> list[Reason]:
        """Every rule that stands in the way or will be logged, before the click."""
        if self.reasons is not None:
            return list(self.reasons(subject, actor))
        if not self.move:
            return []
        move, who = getattr(subject, self.move), actor.as_organisation
        return engine.blockers(move, **who) + engine.warnings(move, **who)


_deeds: dict[str, Deed] = {}


def deed(key: str, label: Words, roles: Iterable[str], **more: Any) -> Deed:
    """Registers a deed under ``key`` (``call.publish``: as the log names it), in the order of the thread."""
    if key in _deeds:
        raise ValueError(f"{key} is registered twice")
    _deeds[key] = found = Deed(key, label, frozenset(map(str, roles)), **more)
    return found


def find(key: str) -> Deed | None:
    return _deeds.get(key)


def deeds_for(actor: Actor) -> list[Deed]:
    return [found for found in _deeds.values() if found.may_be_done_by(actor)]


def all_deeds() -> list[Deed]:
    return list(_deeds.values())
