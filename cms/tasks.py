"""What the pages do after an act of a stage. The stages leave neutral jobs; they know nothing of pages."""

from __future__ import annotations

import logging

from django.db import IntegrityError, transaction

from cms.bootstrap import call_index, ensure_pages
from cms.models import CallPage
from procurement.calls.models import Call
from workflows import jobs

logger = logging.getLogger(__name__)


@jobs.handler("call.published")
def make_call_page(call_id: int) -> None:
    """Gives a published call its page, or brings the page its drafter wrote to life. Safe to run again."""
    call = Call.objects.select_related("project").get(pk=call_id)
    if call.published_at is None:
        logger.info("call %s is not public, no page", call_id)
        return
    page = CallPage.objects.filter(call=call).first()
    if page is not None and page.live:
        logger.info("call %s has its page", call_id)
        return
    if page is not None:
        revision = page.get_latest_revision() or page.save_revision()
        page.publish(revision, log_action=False)
        logger.info("page of call %s published", call_id)
        return
    _create(call)
    logger.info("page of call %s made", call_id)


def _create(call: Call) -> None:
    ensure_pages()
    page = CallPage(title=call.project.title, slug=call.number.lower(), call=call, live=True)
    page.first_published_at = page.last_published_at = call.published_at
    try:
        with transaction.atomic():
            call_index().add_child(instance=page)
    except IntegrityError:
        # another runner made it between our look and our write
        if not CallPage.objects.filter(call=call).exists():
            raise
