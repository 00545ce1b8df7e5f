"""What the pages do after an act of a stage. The stages leave neutral jobs; they know nothing of pages."""

from __future__ import annotations

import logging
from datetime import timedelta

from celery import shared_task
from django.core.management import call_command
from django.db import IntegrityError, transaction

from cms.bootstrap import call_index, ensure_pages, notice_index
from cms.models import CallPage, NoticePage, SignUp
from procurement.calls.models import Call
from procurement.projects.models import Notice
from workflows import jobs
from workflows.clock import database_now

SIGN_UPS_KEPT = timedelta(days=180)  # after the event; the notice on signing up says so (I4)
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


@jobs.handler("notice.published")
def make_notice_page(notice_id: int) -> None:
    """Gives a published notice its page, locked for ever (N2). Safe to run again."""
    notice = Notice.objects.get(pk=notice_id)
    if NoticePage.objects.filter(notice=notice).exists():
        logger.info("notice %s has its page", notice_id)
        return
    ensure_pages()
    page = NoticePage(title=notice.title, slug=notice.number.lower(), notice=notice, live=True)
    page.first_published_at = page.last_published_at = notice.published_at
    try:
        with transaction.atomic():
            notice_index().add_child(instance=page)
    except IntegrityError:
        if not NoticePage.objects.filter(notice=notice).exists():
            raise
    logger.info("page of notice %s made", notice_id)


@shared_task(name="cms.tasks.keep_time")
def keep_time() -> None:
    """Publishes and takes down the pages whose time has come, and forgets who came to events long past."""
    call_command("publish_scheduled")
    gone, _rows = SignUp.objects.filter(event__ends_at__lt=database_now() - SIGN_UPS_KEPT).delete()
    if gone:
        logger.info("%s sign-ups of past events deleted", gone)
