"""Bootstrap cut down to what this site uses, made from the installed package when static files are gathered.

The whole of it is 230 kB, of which a phone would read nine tenths for nothing before it can draw. Kept is every rule
whose classes are all named somewhere in our templates, scripts or code, or in those of the packages that make forms
for us. A class put together at run time from pieces would be lost: write class names out.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import tinycss2
from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

NAME = "huiqun/bootstrap.css"
PACKAGE = "django_bootstrap_static"  # whose version names the Bootstrap
READERS = ("crispy_bootstrap5", "crispy_forms", "allauth")  # packages whose templates our pages show
OURS = ("templates", "static", "procurement", "cms")
KINDS = {".html", ".js", ".py"}
WORD = re.compile(r"[A-Za-z][\w-]*")
CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
NEGATED = re.compile(r":not\([^()]*\)")
VARIABLE = re.compile(r"--[\w-]+")
USE = re.compile(r"var\(\s*(--[\w-]+)")


def _folders() -> list[Path]:
    packages = [find_spec(name) for name in READERS]
    origins = [Path(spec.origin).parent / "templates" for spec in packages if spec is not None and spec.origin]
    return [*(settings.BASE_DIR / name for name in OURS), *origins]


def _sources() -> list[Path]:
    return sorted(path for folder in _folders() for path in folder.rglob("*") if path.suffix in KINDS)


def words(paths: Iterable[Path]) -> set[str]:
    """Every word that could be the name of a class."""
    return {word for path in paths for word in WORD.findall(path.read_text(encoding="utf-8", errors="replace"))}


def _wanted(selector: str, known: set[str]) -> bool:
    if "data-bs-theme=dark" in selector:
        return False  # the site has a light and a high-contrast theme
    return all(name in known for name in CLASS.findall(NEGATED.sub("", selector)))


def _split(selectors: str) -> list[str]:
    """At the commas that are in no bracket: ``:is(a, b)`` stays whole."""
    parts, depth = [""], 0
    for sign in selectors:
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts]


def _rules(nodes: Any, known: set[str]) -> Iterator[str]:
    """The kept rules of a stylesheet or of an at-rule's block, each as text."""
    for node in nodes:
        if node.type == "qualified-rule":
            kept = [one for one in _split(tinycss2.serialize(node.prelude)) if _wanted(one, known)]
            if kept:
                yield f"{','.join(kept)}{{{tinycss2.serialize(node.content).strip()}}}"
        elif node.type == "at-rule" and node.content is not None:
            head = f"@{node.at_keyword}{tinycss2.serialize(node.prelude)}"
            if node.lower_at_keyword == "keyframes":
                yield f"{head}{{{tinycss2.serialize(node.content).strip()}}}"
                continue
            inner = "".join(_rules(tinycss2.parse_blocks_contents(node.content, True, True), known))
            if inner:
                yield f"{head}{{{inner}}}"


def _unused_variables(rules: list[str], own: str) -> set[str]:
    """Names that no rule reads, straight or through another variable's value."""
    text = "\n".join(rules) + own
    return set(VARIABLE.findall(text)) - set(USE.findall(text))


def _without(rule: str, names: set[str]) -> str:
    for name in names:
        rule = re.sub(rf"(?<=[{{;])\s*{re.escape(name)}\s*:[^;}}]*;?", "", rule)
    return rule


def subset(sheet: str, known: set[str], own: str) -> str:
    """``sheet`` with only the rules that name ``known`` classes and the variables that those or ``own`` rules read."""
    nodes = tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True)
    rules = list(_rules(nodes, known))
    while names := {one for one in _unused_variables(rules, own) if any(f"{one}:" in rule for rule in rules)}:
        before = sum(map(len, rules))
        rules = [_without(rule, names) for rule in rules]
        if sum(map(len, rules)) == before:
            break
    moving = "\n".join(rules) + own
    rules = [rule for rule in rules if rule[-2:] != "{}" and not _idle(rule, moving)]
    return "\n".join(rules) + "\n"


def _idle(rule: str, text: str) -> bool:
    """Whether it is a movement that nothing starts."""
    found = re.match(r"@(?:-webkit-)?keyframes ([\w-]+)", rule)
    return found is not None and not re.search(rf"animation[^;}}]*[: ]{found[1]}\b", text)


def whole() -> Path:
    """Bootstrap as it was installed."""
    package = find_spec("bootstrap")
    assert package is not None  # noqa: S101 - locked in constraints.txt
    return Path(str(package.origin)).parent / "static/bootstrap/css/bootstrap.min.css"


@cache
def folder() -> Path:
    """Where the cut-down file lies, made on the first call in a process if what it depends on has changed."""
    sources = _sources()
    own = "".join(path.read_text() for path in sorted((settings.BASE_DIR / "static/huiqun").glob("*.css")))
    seen = hashlib.sha256(version(PACKAGE).encode() + Path(__file__).read_bytes() + own.encode())
    known = words(sources)
    seen.update("\n".join(sorted(known)).encode())
    place: Path = settings.HUIQUN_VAR / "run" / "css" / seen.hexdigest()[:16]
    target = place / NAME
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        made = f"/*! Bootstrap {version(PACKAGE)}, cut down (MIT, getbootstrap.com) */\n"
        new = target.with_suffix(f".{os.getpid()}")
        new.write_text(made + subset(whole().read_text(), known, own), encoding="utf-8")
        new.replace(target)
    return place


class BootstrapFinder(BaseFinder):
    """Gives the static files one more: the cut-down Bootstrap."""

    def find(self, path: str, find_all: bool = False, **_more: Any) -> Any:
        found = str(folder() / NAME) if path == NAME else None
        return ([found] if found else []) if find_all else found or []

    def check(self, **_kwargs: Any) -> list[Any]:
        return []

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        yield NAME, FileSystemStorage(location=str(folder()))
