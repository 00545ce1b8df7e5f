"""Handing a piece to 微信公众号 outside the request. The row says what came of it."""

from __future__ import annotations

import io
from urllib.parse import urljoin

from django.conf import settings
from django.utils import translation

from procurement.opendata.sharing import card, export, pieces, wechat
from procurement.opendata.sharing.models import WechatDraft
from workflows import jobs
from workflows.clock import database_now

KIND = "wechat.draft"


def _small(name: str, data: bytes) -> tuple[str, bytes]:
    """A picture as uploadimg takes it: JPEG or PNG below 1 MB."""
    if len(data) < wechat.PICTURE_BYTES and name.lower().endswith((".jpg", ".jpeg", ".png")):
        return name, data
    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        image.thumbnail((1280, 1280))
        kept = io.BytesIO()
        image.convert("RGB").save(kept, "JPEG", quality=80)
    return f"{name.rsplit('.', 1)[0]}.jpg", kept.getvalue()


def _there(source: str) -> str:
    found = export.picture(source)
    return wechat.upload_picture(*_small(*found)) if found is not None else ""


def _hand_over(piece: pieces.Piece) -> str:
    content = export.content(piece, _there)
    cover = wechat.upload_cover(card.png(piece))
    return wechat.add_draft(
        piece.title, piece.description, content, cover, urljoin(settings.HUIQUN_BASE_URL, piece.path)
    )


@jobs.handler(KIND)
def hand_over(draft_id: int) -> None:
    """Once: a draft that is there or was refused is not sent again. A busy server is asked again later."""
    draft = WechatDraft.objects.select_for_update().get(pk=draft_id)
    if draft.state != WechatDraft.State.WAITING:
        return
    piece = pieces.find(draft.kind, draft.subject_id)
    with translation.override("zh-hans"):
        try:
            if piece is None:
                raise wechat.RefusedError(0, "not public any more")
            draft.media_id = _hand_over(piece)
            draft.state = WechatDraft.State.DONE
        except wechat.BusyError:
            raise
        except wechat.RefusedError as refusal:
            draft.state, draft.error_code, draft.error = WechatDraft.State.FAILED, refusal.code, refusal.words
    draft.answered_at = database_now()
    draft.save()
