"""How words are made comparable and cut into what the index holds.

A run of Chinese has no spaces, so it is indexed as its pairs of neighbouring characters: "青少年" as 青少 and 少年.
Whether the pairs stand together is settled afterwards on the folded text, so no result lacks the words. Latin words
and numbers are indexed whole and found by their beginning.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from procurement.opendata.search.characters import SIMPLER

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇"
WORD_LETTERS, QUERY_LETTERS, QUERY_TERMS = 64, 100, 8
_BREAKS = "，。、；：！？…—“”‘’《》〈〉「」『』·,;!?\"'"
# AI 辅导 and AI辅导, 120 人 and 120人 are one: the space is the printer's
_SPACE_IN_CHINESE = re.compile(f"(?<=[{HAN}])[^\\S\n]+(?=[^\\W_])|(?<=[^\\W_])[^\\S\n]+(?=[{HAN}])")
_PART = re.compile(f"[{HAN}]+|[^\\W_{HAN}]+")
_GROUPED = re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))")
LINE = "\n"


def _fold_one(letter: str) -> str:
    """One character as it is compared: width, case and script alike; what is no letter or number is a space."""
    if letter == LINE:
        return LINE
    folded = unicodedata.normalize("NFKC", letter).casefold()
    return "".join(SIMPLER.get(one, one) if one.isalnum() else " " for one in folded)


def fold_with_places(text: str) -> tuple[str, list[int]]:
    """The folded text, and of each of its characters the place in ``text`` that it came from."""
    gone = {found.start() for found in _GROUPED.finditer(text)}
    for found in _SPACE_IN_CHINESE.finditer(text):
        gone.update(range(*found.span()))
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        for one in "" if place in gone else _fold_one(letter):
            if one == " " and (not letters or letters[-1] in " \n"):
                continue
            letters.append(one)
            places.append(place)
    return "".join(letters), places


def fold(text: str) -> str:
    """``text`` as it is compared: NFKC, lower case, simplified characters, one space for every run of signs."""
    return fold_with_places(text)[0].strip(" ")


def tokens(folded: str) -> set[str]:
    """What the index holds of a folded text.

    The last character of every Chinese run stands alone too: with it the beginnings of pairs cover every
    single character, so one character is found without an entry of its own.
    """
    found: set[str] = set()
    for part in _PART.findall(folded):
        if _is_han(part):
            found.update(part[at : at + 2] for at in range(len(part)))
        else:
            found.add(part[:WORD_LETTERS])
    return found


def _is_han(part: str) -> bool:
    return re.match(f"[{HAN}]", part) is not None


@dataclass(frozen=True)
class Term:
    """One thing asked for. ``phrase``: what the folded text must contain."""

    phrase: str

    @property
    def parts(self) -> list[str]:
        return [str(part) for part in _PART.findall(self.phrase)]

    @property
    def needs_check(self) -> bool:
        """Whether the index alone may say yes where the text does not contain the phrase."""
        parts = self.parts
        return len(parts) > 1 or len(parts[0]) > (2 if _is_han(parts[0]) else WORD_LETTERS)

    def lexemes(self) -> Iterator[tuple[str, bool]]:
        """What the index must hold, each with whether its beginning is enough."""
        parts = self.parts
        for number, part in enumerate(parts):
            last = number == len(parts) - 1
            if not _is_han(part):
                yield part[:WORD_LETTERS], last
            elif len(part) == 1:
                yield part, True
            else:
                yield from ((part[at : at + 2], False) for at in range(len(part) - 1))

    @property
    def as_pinyin(self) -> str:
        """Letters that may be the sound of a name or its initials; empty where they cannot be."""
        return self.phrase if re.fullmatch("[a-z]{2,40}", self.phrase) else ""


@dataclass(frozen=True)
class Query:
    """What somebody typed, as terms that must all be found."""

    text: str
    terms: tuple[Term, ...]
    cut: bool  # more was typed than is looked for

    @property
    def phrase(self) -> str:
        return " ".join(term.phrase for term in self.terms)


def read(typed: str) -> Query:
    """Never fails, whatever was typed: signs separate words, and what is left over after that is looked for."""
    text = typed.replace("\x00", "").strip()
    short = text[:QUERY_LETTERS]
    without_groups = _GROUPED.sub("", short)
    words = re.split(f"[\\s{re.escape(_BREAKS)}]+", without_groups)
    phrases = dict.fromkeys(phrase for phrase in (fold(word).replace(LINE, " ") for word in words) if phrase)
    terms = tuple(Term(phrase) for phrase in phrases)
    return Query(short, terms[:QUERY_TERMS], cut=len(text) > QUERY_LETTERS or len(terms) > QUERY_TERMS)


def vector(lexemes: Iterable[str]) -> str:
    """A ``tsvector`` as PostgreSQL reads it."""
    return " ".join(f"'{one}'" for one in sorted(lexemes))
