"""Statutory papers as PDF: one renderer for every document kind.

A paper is a Django template under ``templates/pdf/``. It is laid out by WeasyPrint (imported on first use:
loading its libraries costs a second), tagged for PDF/UA-1, with the Chinese fonts embedded as subsets, and it
is reproducible: the same template and facts give the same bytes on the same versions of WeasyPrint and fonts,
so its SHA-256 can be checked later.
"""

import hashlib
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import SafeString, mark_safe

from procurement.common.pdf_system import check_system, quiet

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

# RFC 6761 reserves .invalid: even a mistake in the fetcher below could never reach a real host.
STATIC_ORIGIN = "https://static.invalid"
STYLESHEET = "pdf/paper.css"
# The font map is shared by all papers of a process and is not made for two threads at once; nor do threads
# gain anything here.
_lock = threading.RLock()


@dataclass(frozen=True)
class Pdf:
    """A finished paper: its bytes, their SHA-256 in hexadecimal, and the number of pages."""

    bytes: bytes
    sha256: str
    pages: int


NOT_PRINTED = Pdf(b"", "", 0)
_composed: ContextVar[list[str] | None] = ContextVar("composed", default=None)


@dataclass(frozen=True)
class Paper:
    """What stands in the head and foot of every page of one document.

    ``owner``: the office that issues it. ``project``: the project's number. ``number``: the document's own.
    ``stage``: the knot of the thread it belongs to, 0 (需求) to 7 (评价).
    ``url``: where a reader can check it, absolute.
    ``dated``: the document's own date or time; it becomes the PDF's date, never the time of rendering.
    """

    owner: str
    project: str
    number: str
    stage: int
    url: str
    dated: date | datetime

    @property
    def timestamp(self) -> str:
        """The document's date as W3C date-time, the form PDF metadata is made from."""
        if isinstance(self.dated, datetime):
            return timezone.localtime(self.dated).isoformat(timespec="seconds")
        return self.dated.isoformat()


def absolute(path: str) -> str:
    """``path`` on this site as an absolute address, for QR codes on paper (``settings.HUIQUN_BASE_URL``)."""
    base: str = getattr(settings, "HUIQUN_BASE_URL", "http://127.0.0.1:8000")
    return base.rstrip("/") + path


def qr_svg(url: str) -> SafeString:
    """The address as an inline SVG QR code with a text alternative."""
    import segno

    svg = segno.make(url, error="m").svg_inline(
        border=0, omitsize=True, dark="#111", svgclass="qr", lineclass=None, title=f"二维码：{url}"
    )
    # segno escapes the title and draws only path data.
    return mark_safe(svg)  # noqa: S308


@lru_cache(maxsize=1)
def _fetcher() -> "URLFetcher":
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class StaticFetcher(URLFetcher):
        """Serves the site's own static files and refuses every other address, ``data:`` and ``file:`` too."""

        def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
            prefix = STATIC_ORIGIN + "/" + settings.STATIC_URL.strip("/") + "/"
            if not url.startswith(prefix):
                raise ValueError(f"refused: {url[:120]}")
            name = unquote(urlsplit(url).path)[len(urlsplit(prefix).path) :]
            path = finders.find(name)
            if path is None:
                raise ValueError(f"no such static file: {name[:120]}")
            with open(path, "rb") as file:
                return URLFetcherResponse(url, file.read())

    return StaticFetcher()


@lru_cache(maxsize=1)
def _engine() -> "tuple[FontConfiguration, CSS]":
    """The font map and the parsed stylesheet, made once a process: scanning the fonts is the dearest part."""
    check_system()
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    return fonts, CSS(string=render_to_string(STYLESHEET), font_config=fonts, url_fetcher=_fetcher())


def to_html(template: str, context: Mapping[str, Any], *, title: str, paper: Paper, language: str = "zh-CN") -> str:
    """The paper as HTML, always in the paper's own language whatever the reader's site language is."""
    # Imported here: the thread's drawing is shared with the pages and itself renders a template.
    from procurement.common.charts import thread_strip

    with translation.override("zh-hans"):
        return render_to_string(
            template,
            {
                **context,
                "title": title,
                "paper": paper,
                "language": language,
                "qr": qr_svg(paper.url),
                "strip": thread_strip(paper.stage),
            },
        )


def render(template: str, context: Mapping[str, Any], *, title: str, paper: Paper, language: str = "zh-CN") -> Pdf:
    """Lay out ``template`` with ``context`` as a tagged PDF with embedded fonts.

    Raises ``PdfUnavailableError`` when a system library or the Chinese fonts are missing.
    """
    sheet = to_html(template, context, title=title, paper=paper, language=language)
    composed = _composed.get()
    if composed is not None:
        composed.append(sheet)
        return NOT_PRINTED
    return print_sheet(sheet)


@contextmanager
def composing() -> Iterator[list[str]]:
    """Inside, ``render`` only composes: the sheets gather in the list, to be printed elsewhere (see ``Press``)."""
    sheets: list[str] = []
    token = _composed.set(sheets)
    try:
        yield sheets
    finally:
        _composed.reset(token)


def warm_up() -> None:
    """Load libraries, fonts and stylesheet before the first paper is wanted."""
    with _lock, quiet():
        _engine()


def print_sheet(sheet: str) -> Pdf:
    """Print one composed sheet; the same sheet gives the same bytes."""
    from procurement.common.pdf_tags import margins_as_artifacts

    identifier = hashlib.sha256(sheet.encode()).digest()[:16]
    with _lock, quiet():
        fonts, css = _engine()
        from weasyprint import HTML

        document = HTML(string=sheet, base_url=STATIC_ORIGIN + "/", url_fetcher=_fetcher()).render(
            font_config=fonts, stylesheets=[css], pdf_variant="pdf/ua-1"
        )
        content = document.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=identifier, finisher=margins_as_artifacts)
    return Pdf(content, hashlib.sha256(content).hexdigest(), len(document.pages))
