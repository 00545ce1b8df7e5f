"""Every text of the house has its Chinese, and the catalogue holds nothing else; without the gettext programs."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages import Message
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from procurement.common.catalogues import LOCALE

ROOT = LOCALE.parent
CATALOGUE = LOCALE / "zh_Hans" / "LC_MESSAGES" / "django.po"
SOURCES = ("procurement", "workflows", "cms", "templates")
# how many texts a call takes, and whether a context stands before them
ONE = ("_", "now", "gettext", "gettext_lazy", "gettext_noop")
KEYWORDS = {
    **dict.fromkeys(ONE, None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
ALIASES = {"_": {"gettext", "gettext_lazy"}, "now": {"gettext"}}
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[0-9.]*[sdf%]")
HAN = re.compile(r"[\u4e00-\u9fff]")
LETTER = re.compile(r"[A-Za-z]")

Key = tuple[str | None, str]


def _in_python(source: str) -> Iterator[tuple[int, Key]]:
    """Where a text stands, its context and the text (the singular of two)."""
    options = {"encoding": "utf-8"}
    for line, call, found, _comments in extract_python(BytesIO(source.encode()), KEYWORDS, (), options):
        texts = found if isinstance(found, tuple) else (found,)
        context = texts[0] if call.startswith(("pgettext", "npgettext")) else None
        text = texts[1] if context is not None else texts[0]
        if text:
            yield line, (context, text)


def _in_template(source: str) -> Iterator[tuple[int, Key]]:
    # Django turns a template into calls on the lines they come from; what stands before them is no indentation
    lines = templatize(source).split("\n")
    return _in_python("\n".join(line.strip() for line in lines) + "\n")


def _files() -> Iterator[Path]:
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".py", ".html", ".txt"}:
                yield path


@pytest.fixture(scope="module")
def written() -> dict[Key, str]:
    """Every text in the sources, with the first place it stands at."""
    found: dict[Key, str] = {}
    for path in _files():
        read = _in_python if path.suffix == ".py" else _in_template
        for line, key in read(path.read_text(encoding="utf-8")):
            found.setdefault(key, f"{path.relative_to(ROOT)}:{line}")
    return found


@pytest.fixture(scope="module")
def catalogue() -> dict[Key, Message]:
    with CATALOGUE.open("rb") as stream:
        return {(message.context, _texts(message.id)[0]): message for message in read_po(stream) if message.id}


def _texts(value: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _says_something(text: str) -> bool:
    """Whether there is more to translate than the marks around what is filled in."""
    return LETTER.search(PLACEHOLDER.sub("", text)) is not None


def test_the_sources_are_read(written: dict[Key, str]) -> None:
    """Each kind of call is found, or the tests below would find nothing wrong."""
    assert (None, "Log in") in written
    assert ("knot", "Need") in written
    assert (None, "%(count)d message") in written
    assert (None, "%(number)s call") in written
    assert len(written) > 2000


def test_every_text_has_its_chinese(written: dict[Key, str], catalogue: dict[Key, Message]) -> None:
    assert {key: place for key, place in written.items() if key not in catalogue} == {}
    empty = [
        key
        for key, message in catalogue.items()
        if not all(HAN.search(text) if _says_something(key[1]) else text for text in _texts(message.string))
    ]
    assert empty == []


def test_the_catalogue_holds_nothing_that_no_source_uses(
    written: dict[Key, str], catalogue: dict[Key, Message]
) -> None:
    assert [key for key in catalogue if key not in written] == []


def test_nothing_is_left_to_be_looked_at(catalogue: dict[Key, Message]) -> None:
    assert [key for key, message in catalogue.items() if message.fuzzy] == []
    assert not re.search(r"^#~", CATALOGUE.read_text(encoding="utf-8"), re.MULTILINE)


def test_the_chinese_keeps_every_placeholder(catalogue: dict[Key, Message]) -> None:
    differing = {}
    for key, message in catalogue.items():
        wanted = Counter(PLACEHOLDER.findall(_texts(message.id)[-1]))
        for text in _texts(message.string):
            if (has := Counter(PLACEHOLDER.findall(text))) != wanted:
                differing[key] = (wanted, has)
    assert differing == {}


def test_texts_are_marked_by_names_that_are_looked_for() -> None:
    strange = []
    for path in _files():
        if path.suffix != ".py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
                strange += [
                    f"{path.relative_to(ROOT)}:{node.lineno} {name.name} as {name.asname}"
                    for name in node.names
                    if name.asname and name.name not in ALIASES.get(name.asname, set())
                ]
    assert strange == []
