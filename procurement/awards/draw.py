"""The draw's arithmetic, and nothing else: anybody can do it again with any tool that knows SHA-256 (条例 art 39).

Every candidate has a public reference. Its place is ``SHA-256(seed ‖ "|" ‖ call number ‖ "|" ‖ reference)``; the
smallest digest comes first. The first so many are drawn, the next in order are their replacements. The seed's own
SHA-256 is written down before the list of candidates is made, and the seed is shown after the draw: whoever made the
list could not know what it would yield, and whoever draws cannot choose.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence

SEED_BYTES = 32
RECIPE = 'sha256(seed + b"|" + number + b"|" + reference)'


def commitment(seed: bytes) -> str:
    """What is written down before the draw: the seed's SHA-256, hexadecimal."""
    return hashlib.sha256(seed).hexdigest()


def keeps(promised: str, seed: bytes) -> bool:
    """Whether ``seed`` is the one that was promised."""
    return commitment(seed) == promised


def place(seed: bytes, number: str, reference: str) -> str:
    """A candidate's place in the order, hexadecimal; smaller comes first. ``number``: the call's."""
    return hashlib.sha256(b"|".join((seed, number.encode(), reference.encode()))).hexdigest()


def order(seed: bytes, number: str, candidates: Collection[str]) -> list[str]:
    """All candidates in the order of the draw; how they were listed makes no difference. Raises ``ValueError``."""
    if len(seed) != SEED_BYTES:
        raise ValueError(f"a seed has {SEED_BYTES} bytes, not {len(seed)}")
    if len(set(candidates)) != len(candidates):
        raise ValueError("a candidate is listed twice")
    return sorted(candidates, key=lambda reference: (place(seed, number, reference), reference))


def pick(seed: bytes, number: str, candidates: Collection[str], count: int) -> list[str]:
    """The first ``count`` in the order of the draw. Raises ``ValueError`` where there are not so many."""
    if not 0 <= count <= len(candidates):
        raise ValueError(f"{count} cannot be drawn from {len(candidates)}")
    return order(seed, number, candidates)[:count]


def listing(candidates: Sequence[str]) -> str:
    """The SHA-256 of the candidates as they were listed, one a line: what the log keeps of the list."""
    return hashlib.sha256("\n".join(candidates).encode()).hexdigest()
