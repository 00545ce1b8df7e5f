"""Compiles the translations: ``locale/**/LC_MESSAGES/*.po`` to ``.mo``, without the gettext programs."""

from __future__ import annotations

import os
import sys
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

LOCALE = Path(__file__).resolve().parents[2] / "locale"


class CatalogueProblem(Exception):  # noqa: N818 - what the reader is told, not a fault in the code
    """A translation file cannot be read; the text names file and place."""


def stale(source: Path) -> bool:
    """Whether the ``.mo`` beside ``source`` is missing or not of its very age."""
    compiled = source.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime_ns != source.stat().st_mtime_ns


def compile_one(source: Path) -> Path:
    """Writes the ``.mo`` beside ``source``; entries marked fuzzy stay out, as with msgfmt."""
    stamp = source.stat().st_mtime_ns
    try:
        with source.open("rb") as stream:
            catalogue = read_po(stream, abort_invalid=True)
    except (PoFileError, ValueError) as error:
        raise CatalogueProblem(f"{source}: {error}") from error
    written = BytesIO()
    write_mo(written, catalogue)
    compiled = source.with_suffix(".mo")
    fresh = compiled.with_name(f".{compiled.name}.{os.getpid()}")
    fresh.write_bytes(written.getvalue())
    os.utime(fresh, ns=(stamp, stamp))
    fresh.replace(compiled)  # in one move: a site that is running never reads half a file
    return compiled


def compile_stale(folder: Path = LOCALE, *, everything: bool = False) -> list[Path]:
    """Compiles what has changed under ``folder``; the files written. Raises CatalogueProblem."""
    sources = sorted(folder.glob("**/LC_MESSAGES/*.po"))
    return [compile_one(source) for source in sources if everything or stale(source)]


def main() -> int:
    try:
        compile_stale()
    except (CatalogueProblem, OSError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
