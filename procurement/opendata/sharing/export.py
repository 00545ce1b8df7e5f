"""A piece as 微信公众号 takes it: one piece of HTML whose every style is in its tags, its pictures packed with it."""

from __future__ import annotations

import base64
import io
import mimetypes
import zipfile
from collections.abc import Callable
from html import escape
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from procurement.opendata.sharing.pieces import Piece

INK, MUTED, SEAL = "#1f2328", "#5a606a", "#a61b29"
STYLES = {
    "section": f"max-width:677px;margin:0 auto;font-size:16px;line-height:1.75;color:{INK};letter-spacing:.02em;",
    "h2": f"font-size:18px;line-height:1.5;margin:28px 0 10px;padding-left:10px;border-left:4px solid {SEAL};",
    "h3": "font-size:16px;line-height:1.6;margin:22px 0 8px;",
    "h4": "font-size:16px;line-height:1.6;margin:18px 0 8px;",
    "p": "margin:0 0 14px;text-align:justify;",
    "blockquote": f"margin:16px 0;padding:10px 16px;border-left:3px solid #e5e0d6;color:{MUTED};",
    "ul": "margin:0 0 14px;padding-left:24px;",
    "ol": "margin:0 0 14px;padding-left:24px;",
    "li": "margin:0 0 6px;",
    "img": "display:block;max-width:100%;height:auto;margin:16px auto;",
    "figcaption": f"font-size:14px;color:{MUTED};text-align:center;margin:-8px 0 16px;",
    "table": "width:100%;border-collapse:collapse;font-size:14px;margin:0 0 16px;",
    "th": "text-align:left;vertical-align:top;padding:8px;border:1px solid #e5e0d6;background:#faf8f4;width:28%;",
    "td": "text-align:left;vertical-align:top;padding:8px;border:1px solid #e5e0d6;white-space:pre-line;",
    "hr": "border:0;border-top:1px solid #e5e0d6;margin:24px 0;",
    "a": "color:#1d6b67;",
}
KEPT_PLAIN = {
    "b", "strong", "i", "em", "u", "br", "span", "figure", "tbody", "thead", "tr", "sub", "sup", "cite",
    "dl", "dt", "dd", "div", "footer",
}  # fmt: skip
RENAMED = {"h1": "h2", "b": "strong", "i": "em", "div": "section", "footer": "p"}
DROPPED_WHOLE = {"script", "style", "iframe", "form", "svg", "template", "noscript"}
EMPTY = {"br", "hr", "img"}
PICTURE_BYTES = 5 * 1024 * 1024
Pictures = Callable[[str], str]  # the address of a picture on our pages → its address in the export; "" leaves it out


def _attribute(name: str, value: str) -> str:
    return f' {name}="{escape(value)}"'


class _Inliner(HTMLParser):
    """Keeps the tags that 公众号 keeps, writes their styles into them, drops all else."""

    def __init__(self, pictures: Pictures) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._pictures = pictures
        self._dropped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in DROPPED_WHOLE:
            self._dropped += 1
        if self._dropped or (tag not in STYLES and tag not in KEPT_PLAIN and tag not in RENAMED):
            return
        given = {name: value or "" for name, value in attrs}
        name = RENAMED.get(tag, tag)
        kept = self._kept(name, given)
        if name == "img" and "src" not in kept:
            return
        style = "" if tag == "div" else STYLES.get(name, "")
        if style:
            kept["style"] = style
        self.out.append(f"<{name}{''.join(_attribute(key, value) for key, value in kept.items())}>")

    def _kept(self, name: str, given: dict[str, str]) -> dict[str, str]:
        if name == "a" and given.get("href", "").startswith(("http://", "https://", "/")):
            return {"href": urljoin(settings.HUIQUN_BASE_URL, given["href"])}
        if name == "img":
            source = self._pictures(given.get("src", ""))
            return {"src": source, "alt": given.get("alt", "")} if source else {}
        return {key: given[key] for key in ("colspan", "rowspan") if given.get(key, "").isdigit()}

    def handle_endtag(self, tag: str) -> None:
        if tag in DROPPED_WHOLE:
            self._dropped = max(self._dropped - 1, 0)
            return
        if not self._dropped and tag not in EMPTY and (tag in STYLES or tag in KEPT_PLAIN or tag in RENAMED):
            self.out.append(f"</{RENAMED.get(tag, tag)}>")

    def handle_data(self, data: str) -> None:
        if not self._dropped:
            self.out.append(escape(data, quote=False))


def inlined(html: str, pictures: Pictures) -> str:
    parser = _Inliner(pictures)
    parser.feed(html)
    parser.close()
    return "".join(parser.out)


def _source_html(piece: Piece) -> str:
    rows = "".join(f"<tr><th>{escape(label)}</th><td>{escape(value)}</td></tr>" for label, value in piece.facts)
    table = f"<table><tbody>{rows}</tbody></table>" if rows else ""
    address = urljoin(settings.HUIQUN_BASE_URL, piece.path)
    origin = escape(
        _("Source: %(site)s")
        % {"site": f"{settings.SITE_NAME} · {piece.source}" if piece.source else settings.SITE_NAME}
    )
    lead = f"<blockquote>{escape(piece.description)}</blockquote>" if piece.description else ""
    return f"{lead}{piece.html}{table}<hr><p>{origin}<br>{escape(address)}</p>"


def content(piece: Piece, pictures: Pictures) -> str:
    """The body to paste, its pictures wherever ``pictures`` puts them."""
    return f'<section style="{STYLES["section"]}">{inlined(_source_html(piece), pictures)}</section>'


def picture(source: str) -> tuple[str, bytes] | None:
    """Name and bytes of one of our editors' pictures; None for anything that is not one."""
    path = unquote(urlsplit(source).path)
    if not path.startswith(settings.MEDIA_URL):
        return None
    name = path[len(settings.MEDIA_URL) :]
    kind = mimetypes.guess_type(name)[0] or ""
    if ".." in name.split("/") or not kind.startswith("image/") or not default_storage.exists(name):
        return None
    with default_storage.open(name) as file:
        found: bytes = file.read(PICTURE_BYTES + 1)
    return (name.rsplit("/", 1)[-1], found) if len(found) <= PICTURE_BYTES else None


def packed(source: str) -> str:
    """A picture as a ``data:`` address."""
    found = picture(source)
    if found is None:
        return ""
    kind = mimetypes.guess_type(found[0])[0]
    return f"data:{kind};base64,{base64.b64encode(found[1]).decode()}"


def page(piece: Piece, body: str) -> str:
    """``body`` as a whole document, for looking at and for saving."""
    return (
        f'<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><title>{escape(piece.title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
        f"<body>{body}</body></html>"
    )


def archive(piece: Piece) -> bytes:
    """A zip of the document and, beside it, its pictures."""
    files: dict[str, bytes] = {}

    def beside(source: str) -> str:
        found = picture(source)
        if found is None:
            return ""
        files[f"images/{found[0]}"] = found[1]
        return f"images/{found[0]}"

    html = page(piece, content(piece, beside))
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("article.html", html)
        for name, data in files.items():
            bundle.writestr(name, data)
    return kept.getvalue()
