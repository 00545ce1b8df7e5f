"""Reading papers back: their text without any white space, as a reader's search would find it."""

import io
import re

from pypdf import PdfReader

from procurement.common.pdf import Pdf


def text_of(pdf: Pdf) -> str:
    pages = PdfReader(io.BytesIO(pdf.bytes)).pages
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in pages))
