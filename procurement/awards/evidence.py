"""Evidence to a challenge and to its reply: looked at, encrypted, and read by those whom the challenge concerns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.awards.models import Challenge, Evidence
from procurement.common import uploads, vault
from workflows.clock import act_time
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason

KINDS = ("pdf", "office", "image")
MOST_FILES = 30  # of one filing, or of one reply
MOST_BYTES = 10 * uploads.MEGABYTE  # of all files of one request: what a request may hold, and its words


class Files(forms.FileInput):
    allow_multiple_selected = True


class EvidenceField(forms.FileField):
    """Several files in one request; each is judged by its content, and what is wrong with any is told at once."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("label", gettext_lazy("Evidence"))
        words = gettext_lazy(
            "PDF, office documents or pictures, together at most 10 MB. They are encrypted; those who filed, the buyer"
            " and the supervisors read them, nobody else."
        )
        more.setdefault("help_text", words)
        more.setdefault("required", False)
        super().__init__(widget=Files(attrs={"accept": uploads.accept(KINDS)}), **more)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data]
        found = [one for one in given if super(EvidenceField, self).clean(one, initial)]
        if not found and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        wrong = []
        if sum(one.size for one in found) > MOST_BYTES:
            limit = {"limit": uploads.megabytes(MOST_BYTES)}
            wrong.append(_("All files together may have %(limit)s MB; add the others afterwards.") % limit)
        for one in found:
            try:
                checked = uploads.check_upload(one, kinds=KINDS, max_bytes=MOST_BYTES)
            except uploads.UploadRefused as refusal:
                wrong.append(str(refusal))
            else:
                one.name, one.content_type = checked.name, checked.media_type
        if wrong:
            raise ValidationError(wrong)
        return found


def add(challenge: Challenge, files: Sequence[Any], *, part: str, by: Any) -> list[str]:
    """Encrypts checked uploads (``EvidenceField``) into the vault, in the transaction of the act they belong to.

    Returns the SHA-256 of each as stored, for the log. Raises ``TransitionBlocked`` for more than ``MOST_FILES``.
    """
    if challenge.evidence.filter(part=part).count() + len(files) > MOST_FILES:
        message = _("At most %(files)d files can be added.") % {"files": MOST_FILES}
        raise TransitionBlocked([Reason(message, code="evidence")], act="challenge.add_evidence", subject=challenge)
    kept = [vault.keep(one, owner=f"challenge {challenge.pk}") for one in files]
    for file in kept:
        Evidence.objects.create(challenge=challenge, part=part, file=file, added_at=act_time(), added_by=by)
    return [file.sha256 for file in kept]
