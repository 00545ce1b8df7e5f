"""The picture that goes with a shared link: 1200 × 630, paper and one line of red, the thread at the foot."""

from __future__ import annotations

import hashlib
import io
import subprocess
from functools import cache
from typing import Any

from django.conf import settings
from django.core.cache import cache as shared

from procurement.common import thread
from procurement.opendata.sharing.pieces import Piece

WIDTH, HEIGHT, MARGIN = 1200, 630, 80
PAPER, INK, MUTED, SEAL, KNOT = "#faf8f4", "#1f2328", "#5a606a", "#a61b29", "#a49c8c"
KEPT = 24 * 3600  # seconds
DRAWING = "1"  # another number makes every kept card anew


class NoFontError(RuntimeError):
    """This machine has no font with Chinese letters; the system check names the command."""


@cache
def _font_file(family: str) -> tuple[str, int]:
    try:
        answer = subprocess.run(  # noqa: S603 - fixed command, family from this module
            ["fc-match", "--format=%{file}\n%{index}\n%{family}", family],  # noqa: S607 - found on PATH
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise NoFontError(family) from error
    file, index, found = answer.stdout.split("\n", 2)
    if "CJK" not in found:
        raise NoFontError(family)
    return file, int(index)


def _font(family: str, size: int) -> Any:
    from PIL import ImageFont

    file, index = _font_file(family)
    return ImageFont.truetype(file, size, index=index)


def _lines(words: str, font: Any, width: int, most: int) -> list[str]:
    """``words`` broken to ``width`` pixels, at most so many lines, the last with … where something is left."""
    lines, line = [], ""
    for letter in words:
        if font.getlength(line + letter) > width:
            lines.append(line)
            line = ""
        line += letter
    lines.append(line)
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1][:-1] + "…"]
    return lines


def draw(piece: Piece) -> bytes:
    """The card as PNG. Raises ``NoFontError``."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(image)
    title, small = _font("Noto Serif CJK SC:bold", 64), _font("Noto Sans CJK SC", 32)
    pen.rectangle((0, 0, WIDTH, 12), fill=SEAL)
    pen.text((MARGIN, 62), settings.SITE_NAME, font=_font("Noto Serif CJK SC:bold", 40), fill=SEAL)
    top = 150
    for line in _lines(piece.title, title, WIDTH - 2 * MARGIN, 3):
        pen.text((MARGIN, top), line, font=title, fill=INK)
        top += 92
    for line in _lines(piece.description, small, WIDTH - 2 * MARGIN, 2):
        pen.text((MARGIN, top + 16), line, font=small, fill=MUTED)
        top += 48
    if piece.state:
        _strip(pen, piece.state)
    kept = io.BytesIO()
    image.save(kept, "PNG", optimize=True)
    return kept.getvalue()


def _strip(pen: Any, state: str) -> None:
    """The eight knots, as far as the thread has come."""
    knots = thread.knots(state, "")
    step = (WIDTH - 2 * MARGIN) / (len(knots) - 1)
    label, middle = _font("Noto Sans CJK SC", 24), HEIGHT - 96
    pen.line((MARGIN, middle, WIDTH - MARGIN, middle), fill=KNOT, width=3)
    for number, knot in enumerate(knots):
        at, reached = MARGIN + number * step, knot.status in ("done", "now")
        if reached and number:
            pen.line((at - step, middle, at, middle), fill=SEAL, width=5)
    for number, knot in enumerate(knots):
        at, reached = MARGIN + number * step, knot.status in ("done", "now")
        fill = SEAL if knot.status == "done" else PAPER
        pen.ellipse((at - 11, middle - 11, at + 11, middle + 11), fill=fill, outline=SEAL if reached else KNOT, width=5)
        pen.text((at, middle + 22), str(knot.label), font=label, fill=INK if reached else MUTED, anchor="ma")


def png(piece: Piece) -> bytes:
    """The card, drawn once for the same words. Raises ``NoFontError``."""
    seen = "\n".join((DRAWING, settings.SITE_NAME, piece.title, piece.description, piece.state))
    key = f"card:{hashlib.sha256(seen.encode()).hexdigest()}"
    found: bytes | None = shared.get(key)
    if found is None:
        found = draw(piece)
        shared.set(key, found, KEPT)
    return found
