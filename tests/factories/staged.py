"""What the factories of all state machines share: from the initial state to the wanted one, act by act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from factory.django import DjangoModelFactory

from workflows.models import Machine


class StagedFactory(DjangoModelFactory):
    """``_way`` says for each state from which other state, and by which act of the product, it is reached."""

    class Meta:
        abstract = True

    reach = ""
    _way: dict[str, tuple[str, Callable[[Any], Any]]] = {}

    @classmethod
    def begin(cls, **fields: Any) -> Any:
        """A subject in its first state, made by the product's own act."""
        raise NotImplementedError

    @classmethod
    def _create(cls, model_class: type[Machine], *args: Any, reach: str = "", **fields: Any) -> Any:
        subject = cls.begin(**fields)
        return cls.advance(subject, reach) if reach else subject

    @classmethod
    def advance(cls, subject: Any, target: str) -> Any:
        """Performs what lies between the subject's state and ``target``."""
        path: list[Callable[[Any], Any]] = []
        state = target
        while state != subject.state:
            if state not in cls._way:
                raise ValueError(f"no way from {subject.state} to {target}")
            state, act = cls._way[state]
            path.insert(0, act)
        for act in path:
            act(subject)
            subject.refresh_from_db()
        return subject
