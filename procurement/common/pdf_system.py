"""What the machine must have before a paper can be printed, and how to get it."""

import ctypes
import ctypes.util
import logging
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    # Without it WeasyPrint subsets CJK fonts in Python: 5 to 13 seconds a document instead of half of one.
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
FONTS = ("Noto Serif CJK SC", "Noto Sans CJK SC")
FONT_PACKAGE = "fonts-noto-cjk"


class PdfUnavailableError(RuntimeError):
    """The machine lacks a library or font that papers need; the message names the command to run."""


def missing_packages() -> list[str]:
    """The Debian packages that are missing on this machine, empty when papers can be printed."""
    missing = [package for library, package in LIBRARIES.items() if not _loadable(library)]
    if not all(_has_font(family) for family in FONTS):
        missing.append(FONT_PACKAGE)
    return missing


def check_system() -> None:
    """Raise ``PdfUnavailableError`` with the command to run when a library or a Chinese font is missing."""
    if missing := missing_packages():
        raise PdfUnavailableError(
            f"PDF documents need system packages that are missing: {', '.join(missing)}. "
            f"Install them with: apt-get install {' '.join(missing)}"
        )


def _loadable(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        # Other systems name the file differently (macOS: .dylib); ask the linker by the bare name.
        return ctypes.util.find_library(library.removeprefix("lib").split(".so")[0]) is not None
    return True


def _has_font(family: str) -> bool:
    """Whether fontconfig finds the family itself, not a look-alike. Unknown (no fc-match) counts as found."""
    try:
        answer = subprocess.run(  # noqa: S603 - fixed command, family from the constant above
            ["fc-match", "--format=%{family}", family],  # noqa: S607 - found on PATH, as every admin expects
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return True
    return family in answer.stdout


@contextmanager
def quiet() -> Iterator[None]:
    """Keep fontTools' per-glyph messages out of the log while a paper is made."""
    logger = logging.getLogger("fontTools")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        logger.setLevel(level)
