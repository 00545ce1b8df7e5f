"""How uploads arrive: in memory, up to a limit, never in a temporary file (DESIGN §5).

Django writes larger uploads to a temporary folder as they come in, in the clear. Here a request is refused before its
body is read where it is too large, and what is read stays in the process's memory. Only the editors' workshop, whose
pictures and documents are public anyway, may use temporary files.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from procurement.common.policy import EDITOR
from procurement.common.uploads import megabytes

DRAINED = 256 * 1024 * 1024  # of a refused body: a browser that is cut off shows no words
BLOCK = 64 * 1024


class MemoryHandler(FileUploadHandler):
    """Keeps a request's files in memory; leaves those of the editors' workshop to the next handler."""

    file: BytesIO

    def handle_raw_input(self, *given: Any, **more: Any) -> None:
        self.passes = self.request is not None and self.request.path_info.startswith(EDITOR)
        self.taken = 0

    def new_file(self, *given: Any, **more: Any) -> None:
        super().new_file(*given, **more)
        if not self.passes:
            self.file = BytesIO()
            raise StopFutureHandlers  # the next one would make a temporary file, if an empty one

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if self.passes:
            return raw_data
        self.taken += len(raw_data)
        if self.taken > settings.UPLOAD_REQUEST_BYTES:
            raise RequestDataTooBig("the files of this request are larger than UPLOAD_REQUEST_BYTES")
        self.file.write(raw_data)
        return None

    def file_complete(self, file_size: int) -> InMemoryUploadedFile | None:
        if self.passes:
            return None
        self.file.seek(0)
        return InMemoryUploadedFile(
            file=self.file,
            field_name=self.field_name,
            name=self.file_name,
            content_type=self.content_type,
            size=self.file.getbuffer().nbytes,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )


def _drain(request: HttpRequest, length: int) -> None:
    """Reads a refused body into nothing, so that the answer arrives; one beyond all measure is cut off."""
    left = min(length, DRAINED)
    while left > 0 and (block := request.read(min(BLOCK, left))):
        left -= len(block)


def refuse_large_bodies(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Any:
    """Middleware: a request larger than this site takes is told so in words, and nothing of it is kept."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        declared = request.META.get("CONTENT_LENGTH") or "0"
        length = int(declared) if declared.isdecimal() and len(declared) < 16 else 0
        limit = settings.UPLOAD_REQUEST_BYTES
        if length <= (limit if not request.path_info.startswith(EDITOR) else settings.UPLOAD_EDITOR_BYTES):
            return get_response(request)
        _drain(request, length)
        return _too_large(request, limit)

    return middleware


def _too_large(request: HttpRequest, limit: int) -> HttpResponse:
    words = _("More than %(limit)s MB cannot be sent at once. Nothing of it was kept.") % {"limit": megabytes(limit)}
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"error": words}, status=413)
    return render(request, "413.html", {"words": words}, status=413)
