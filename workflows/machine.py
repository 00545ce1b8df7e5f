"""Declaring a state machine: the state field and the transition decorator."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Any

import django_fsm

from workflows.errors import OutsideGateway
from workflows.reasons import Reason

if TYPE_CHECKING:
    from workflows.models import Machine

# (model label, primary key, transition name) of the act now being performed
gate: ContextVar[tuple[str, Any, str] | None] = ContextVar("gate", default=None)

Guard = Callable[[Any, "Act"], Iterable[Reason]]
Permission = Callable[[Any, "Act"], bool]


@dataclass
class Act:
    """One act of one person for one organisation.

    ``facts`` are kept in the log for ever and read by auditors; ``given`` is what must not be there
    (a sealed offer, a survey answer). ``preview`` is set while only asking what would be possible:
    guards that judge what was handed in then have nothing to judge.
    """

    by: Any
    at: datetime
    organisation: Any = None
    reason: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)  # rule id -> written reason for a warning
    claimed: bool = False
    preview: bool = False


@dataclass(frozen=True)
class Spec:
    """What one transition asks for."""

    name: str
    label: Any
    guards: tuple[Guard, ...]
    permission: Permission | None
    sources: tuple[str, ...]
    target: str | None
    automatic: bool


class StateField(django_fsm.FSMField):
    """A state that only transitions may set."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["protected"] = True
        kwargs.setdefault("max_length", 20)
        kwargs.setdefault("db_index", True)
        super().__init__(*args, **kwargs)


def transition(
    *,
    source: str | list[str],
    target: str | None,
    permission: Permission | None,
    guards: Iterable[Guard] = (),
    label: Any = "",
    automatic: bool = False,
) -> Callable[[Callable[[Any, Act], None]], Any]:
    """Marks a method ``def name(self, act)`` as a transition of ``state``.

    ``permission=None`` with ``automatic=True`` marks a consequence of another stage's act: it is never
    offered to a person, and only code inside ``engine.consequence`` performs it.
    """
    sources = tuple(source) if isinstance(source, list) else (source,)

    def decorate(method: Callable[[Any, Act], None]) -> Any:
        @wraps(method)
        def gated(self: Machine, act: Act) -> None:
            if gate.get() != (self._meta.label_lower, self.pk, method.__name__):
                raise OutsideGateway(
                    f"{self._meta.label}.{method.__name__} happens only through workflows.engine.perform"
                )
            method(self, act)

        spec = Spec(method.__name__, label, tuple(guards), permission, sources, target, automatic)
        return django_fsm.transition(field="state", source=list(sources), target=target, custom={"spec": spec})(gated)

    return decorate


def specs(model: type[Machine]) -> dict[str, Spec]:
    """Every transition of a machine by name, in the order of definition."""
    found: dict[str, Spec] = {}
    for klass in reversed(model.__mro__):
        for name, attribute in vars(klass).items():
            meta = getattr(attribute, "_django_fsm", None)
            if meta is not None:
                found[name] = next(iter(meta.transitions.values())).custom["spec"]
    return found
