"""What later stages do when something happens to an award: they register here, awards import nobody (DESIGN §1).

Run in the transaction of the act itself, so that a contract is suspended with the challenge or not at all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from procurement.awards.models import Award

# hook(award, by=, organisation=, reason=)
Hook = Callable[..., None]
_shaken: list[Hook] = []
_revoked: list[Hook] = []


def when_shaken(function: Hook) -> Hook:
    """Called after anything that may suspend what follows from an award, or may let it go on (T10)."""
    _shaken.append(function)
    return function


def when_revoked(function: Hook) -> Hook:
    """Called before an award is revoked; raises ``TransitionBlocked`` where something binding stands in the way."""
    _revoked.append(function)
    return function


def shaken(award: Award, **act: Any) -> None:
    for function in _shaken:
        function(award, **act)


def revoked(award: Award, **act: Any) -> None:
    for function in _revoked:
        function(award, **act)
