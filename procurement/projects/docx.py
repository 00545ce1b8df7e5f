"""A notice as a Word file: the few parts of Office Open XML that a plain document needs, made by hand."""

from __future__ import annotations

import io
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from procurement.projects import layout
from procurement.projects.models import Notice

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
TYPES = (
    f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{MEDIA_TYPE}.main+xml"/></Types>'
)
RELATIONS = (
    f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}" Target="word/document.xml"/></Relationships>'
)
MADE = (1980, 1, 1, 0, 0, 0)  # the same notice gives the same file, whenever it is asked for


def _run(text: str, *, size: int, bold: bool, font: str) -> str:
    """``size`` in half points; lines of the text stay lines."""
    fonts = f'<w:rFonts w:ascii="{font}" w:eastAsia="{font}" w:hAnsi="{font}"/>'
    style = f'<w:rPr>{fonts}{"<w:b/>" if bold else ""}<w:sz w:val="{size}"/></w:rPr>'
    # what XML cannot hold is left out; a notice never means it
    clean = "".join(char for char in text if char in "\n\t" or ord(char) >= 32)
    lines = [f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in clean.split("\n")]
    return f"<w:r>{style}{'<w:br/>'.join(lines)}</w:r>"


def _paragraph(text: str, *, size: int = 28, bold: bool = False, align: str = "left", font: str = "仿宋") -> str:
    run = _run(text, size=size, bold=bold, font=font)
    return f'<w:p><w:pPr><w:spacing w:line="560" w:lineRule="exact"/><w:jc w:val="{align}"/></w:pPr>{run}</w:p>'


def _document(notice: Notice) -> str:
    body = [_paragraph(notice.title, size=44, bold=True, align="center", font="宋体")]
    for section in layout.of(notice):
        body.append(_paragraph(section.heading, size=32, bold=True, font="黑体"))
        body += [_paragraph(f"{row.label}：{row.value}") for row in section.rows]
    body += [_paragraph(line, align="right") for line in layout.signed(notice)]
    body.append(_paragraph(f"（公告编号：{notice.number}）", size=24))
    page = '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="2098" w:right="1474" w:bottom="1984"'
    page += ' w:left="1587" w:header="851" w:footer="992" w:gutter="0"/></w:sectPr>'
    return f'{HEAD}<w:document xmlns:w="{MAIN}"><w:body>{"".join(body)}{page}</w:body></w:document>'


def as_docx(notice: Notice) -> bytes:
    """The notice as a Word document on A4, in the type of official papers."""
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as package:
        for name, content in (
            ("[Content_Types].xml", TYPES),
            ("_rels/.rels", RELATIONS),
            ("word/document.xml", _document(notice)),
        ):
            package.writestr(ZipInfo(name, MADE), content, ZIP_DEFLATED)
    return file.getvalue()
