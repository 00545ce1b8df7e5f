"""The draw's arithmetic: anybody gets the same from the same seed, and nobody gets to choose."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.awards import draw

seeds = st.binary(min_size=32, max_size=32)
references = st.lists(st.integers(1, 10**6).map(lambda key: f"E{key:06d}"), unique=True, max_size=40)


def test_a_known_draw() -> None:
    """As the sha256sum of a shell has it: seed | number | reference, smallest first."""
    seed, people = bytes(range(32)), ["E000001", "E000002", "E000003", "E000004"]
    by_hand = sorted(people, key=lambda who: hashlib.sha256(seed + b"|HQ-1|" + who.encode()).hexdigest())
    assert draw.order(seed, "HQ-1", people) == by_hand
    assert draw.pick(seed, "HQ-1", people, 2) == by_hand[:2]
    assert by_hand == ["E000003", "E000004", "E000001", "E000002"]


@given(seeds, references, st.randoms())
def test_the_order_of_the_list_makes_no_difference(seed: bytes, people: list[str], chance) -> None:
    shuffled = list(people)
    chance.shuffle(shuffled)
    assert draw.order(seed, "HQ-1", people) == draw.order(seed, "HQ-1", shuffled)


@given(seeds, references, st.data())
def test_whoever_is_drawn_was_a_candidate_and_only_once(seed: bytes, people: list[str], data) -> None:
    count = data.draw(st.integers(0, len(people)))
    found = draw.pick(seed, "HQ-1", people, count)
    assert len(found) == count == len(set(found))
    assert set(found) <= set(people)


@given(seeds, references.filter(lambda people: len(people) > 1))
def test_leaving_somebody_out_moves_nobody_else(seed: bytes, people: list[str]) -> None:
    ordered = draw.order(seed, "HQ-1", people)
    assert draw.order(seed, "HQ-1", ordered[1:]) == ordered[1:]


@given(seeds)
def test_a_promise_is_kept_by_its_own_seed_only(seed: bytes) -> None:
    promised = draw.commitment(seed)
    assert draw.keeps(promised, seed)
    assert not draw.keeps(promised, bytes([seed[0] ^ 1]) + seed[1:])


def test_the_call_is_part_of_the_draw() -> None:
    people = [f"E{key:06d}" for key in range(20)]
    assert draw.order(bytes(32), "HQ-1", people) != draw.order(bytes(32), "HQ-2", people)


@pytest.mark.parametrize(
    ("seed", "people", "count"),
    [(b"short", ["E1"], 1), (bytes(32), ["E1", "E1"], 1), (bytes(32), ["E1"], 2), (bytes(32), ["E1"], -1)],
)
def test_what_cannot_be_drawn(seed: bytes, people: list[str], count: int) -> None:
    with pytest.raises(ValueError, match=r"seed|twice|drawn"):
        draw.pick(seed, "HQ-1", people, count)


def test_everybody_has_the_same_chance() -> None:
    people = [f"E{key:06d}" for key in range(5)]
    seeds_ = [hashlib.sha256(str(number).encode()).digest() for number in range(2000)]
    first = [draw.pick(seed, "HQ-1", people, 1)[0] for seed in seeds_]
    assert all(330 < first.count(who) < 470 for who in people)
