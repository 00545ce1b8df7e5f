"""The YAML of a case file as an exact tree: every scalar stays the text that was written.

Built from the parser's events, without recursion, so that neither depth nor anchors can make it costly.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from procurement.cases.schema import CaseError

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 20
MAX_NODES = 200_000
MAX_SCALAR = 20_000  # characters; the longest text a field may hold
SHOWN = 40  # characters of a value that a message repeats

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Scalar:
    """``plain``: written without quotes, so that YAML itself would have guessed its type."""

    text: str
    plain: bool


@dataclass(frozen=True)
class Mapping:
    items: dict[str, Node] = field(default_factory=dict)


@dataclass(frozen=True)
class Sequence:
    items: list[Node] = field(default_factory=list)


Node = Scalar | Mapping | Sequence


def shown(text: str) -> str:
    """``text`` as a message may repeat it: short, on one line, nothing that a terminal would act on."""
    clean = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text[:SHOWN])
    return f"“{clean}…”" if len(text) > SHOWN else f"“{clean}”"


def step(path: str, key: str) -> str:
    """The path of ``key`` under ``path``."""
    name = key if key.isprintable() and len(key) <= SHOWN else shown(key)
    return f"{path}.{name}" if path else name


def _forbidden(character: str) -> bool:
    """Controls, lone surrogates, non-characters, and marks that turn the direction of writing."""
    point = ord(character)
    return (
        (point < 0x20 and character not in "\n\t")
        or 0x7F <= point <= 0x9F
        or 0xD800 <= point <= 0xDFFF
        or point & 0xFFFE == 0xFFFE
        or 0x202A <= point <= 0x202E
        or 0x2066 <= point <= 0x2069
    )


def load(path: Path) -> Node:
    """The tree of the file at ``path``. Raises ``CaseError``."""
    return parse(_text(path))


def _text(path: Path) -> str:
    name = shown(str(path)[-SHOWN:])
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise CaseError(f"{name}: not a file; give the path of a YAML file")
        if status.st_size > MAX_BYTES:
            raise CaseError(f"{name}: the file holds {status.st_size} bytes; {MAX_BYTES} is the most")
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise CaseError(f"{name}: no such file") from error
    except (OSError, ValueError) as error:
        raise CaseError(f"{name}: cannot be read ({type(error).__name__})") from error
    if len(raw) > MAX_BYTES:
        raise CaseError(f"{name}: the file holds more than {MAX_BYTES} bytes")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CaseError(f"{name}: not UTF-8 (byte {error.start}); save the file as UTF-8") from error


def parse(text: str) -> Node:
    """The tree of one YAML document. Raises ``CaseError`` with the line of the fault."""
    try:
        return _Builder().build(yaml.parse(text, Loader=Loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        words = " ".join(str(error.problem or error.context or "not YAML").split())
        raise CaseError(f"{_place(mark)}: {words[:200]}") from error
    except (yaml.YAMLError, UnicodeError) as error:
        raise CaseError(f"not YAML: {' '.join(str(error).split())[:200]}") from error


def _place(mark: Any) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}" if mark is not None else "the file"


@dataclass
class _Open:
    """A collection that is being filled: its path, and the key that waits for its value."""

    node: Mapping | Sequence
    path: str
    key: str | None = None


class _Builder:
    def __init__(self) -> None:
        self.stack: list[_Open] = []
        self.root: Node | None = None
        self.nodes = 0

    def build(self, events: Iterator[Any]) -> Node:
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise CaseError(f"{_place(event.start_mark)}: a second document; a case file holds one")
            elif isinstance(event, yaml.NodeEvent):
                self._node(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self.stack.pop()
        if self.root is None:
            raise CaseError("the file is empty; expected a case")
        return self.root

    def _node(self, event: Any) -> None:
        path, place = self._path(), _place(event.start_mark)
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise CaseError(f"{path or 'the file'}: anchors and aliases (& and *) are not allowed ({place})")
        if event.tag is not None and event.tag != "!":
            raise CaseError(f"{path or 'the file'}: tags ({shown(event.tag)}) are not allowed ({place})")
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise CaseError(f"{place}: more than {MAX_NODES} values in one file")
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event, path, place)
            return
        if len(self.stack) >= MAX_DEPTH:
            raise CaseError(f"{place}: nested deeper than {MAX_DEPTH} levels")
        node: Mapping | Sequence = Mapping() if isinstance(event, yaml.MappingStartEvent) else Sequence()
        if self._key_is_next():
            raise CaseError(f"{path or 'the file'}: a key must be text ({place})")
        self._put(node)
        self.stack.append(_Open(node, path))

    def _scalar(self, event: Any, path: str, place: str) -> None:
        text = event.value
        if len(text) > MAX_SCALAR:
            raise CaseError(f"{path or 'the file'}: {len(text)} characters; {MAX_SCALAR} is the most")
        strange = next((c for c in text if _forbidden(c)), None)
        if strange is not None:
            raise CaseError(f"{path or 'the file'}: holds the control character U+{ord(strange):04X} ({place})")
        if not self._key_is_next():
            self._put(Scalar(text, plain=not event.style))
            return
        top = self.stack[-1]
        if text in top.node.items:
            raise CaseError(f"{step(top.path, text)}: the key is there twice ({place})")
        top.key = text

    def _key_is_next(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].node, Mapping) and self.stack[-1].key is None

    def _path(self) -> str:
        if not self.stack:
            return ""
        top = self.stack[-1]
        if isinstance(top.node, Sequence):
            return f"{top.path}[{len(top.node.items)}]"
        return step(top.path, top.key) if top.key is not None else top.path

    def _put(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        if isinstance(top.node, Sequence):
            top.node.items.append(node)
        elif top.key is not None:
            top.node.items[top.key] = node
            top.key = None
