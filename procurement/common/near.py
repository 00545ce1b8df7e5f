"""What one process remembers of the kept pages it has just served, so that Redis is asked for one number only.

Good as long as nothing at all was touched since: whoever remembers says at which touch, and a later one ends it.
"""

from __future__ import annotations

import time
from typing import Any

MOST_BYTES = 16 * 1024 * 1024  # a process


class Near:
    def __init__(self, most: int = MOST_BYTES) -> None:
        self.most, self._held, self._found = most, 0, {}  # type: int, int, dict[str, tuple[Any, int, float]]

    def get(self, key: str, touch: int) -> Any:
        """What was remembered at this very touch and has not ended; else nothing."""
        value, at, until = self._found.get(key, (None, 0, 0.0))
        return value if at == touch and time.time() < until else None

    def has(self, key: str) -> bool:
        return key in self._found

    def put(self, key: str, value: Any, *, touch: int, until: float, weight: int) -> None:
        """Remembers ``value`` (of ``weight`` bytes) until that moment. Without a touch to compare with, nothing."""
        if not touch:
            return
        if self._held + weight > self.most:
            self.clear()
        if key not in self._found:
            self._held += weight
        self._found[key] = value, touch, until

    def clear(self) -> None:
        self._found, self._held = {}, 0
