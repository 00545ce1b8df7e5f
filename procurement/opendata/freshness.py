"""Which kept pages a change makes stale. Every act leaves a row in the log: that is where this listens.

Subjects: ``thread:<pk>`` one project; ``calls``, ``threads``, ``needs``, ``reports``, ``notices``, ``organisations``
the lists of them; ``site`` what every page shows.
"""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save

from procurement.accounts.models import Organisation
from procurement.bids.models import Bid
from procurement.common.page_cache import SITE, touch
from procurement.projects.models import NeedLink, Notice
from workflows.models import TransitionLog

# The lists that show a machine's rows; its own thread is always touched.
LISTS: dict[str, tuple[str, ...]] = {
    "projects.project": ("threads", "calls"),
    "calls.call": ("threads", "calls"),
    "awards.award": ("threads", "organisations"),
    "contracts.contract": ("threads", "organisations"),
    "delivery.milestone": ("organisations",),
    "evaluation.evaluation": ("reports", "organisations"),
    "needs.need": ("needs",),
}
SEALED = "bids.bid"


def after_act(instance: TransitionLog, **_facts: Any) -> None:
    """Signal handler: an act touches its thread and the lists it is shown in.

    An act on a sealed offer touches nothing: not even the age of a page may tell that somebody has bid.
    """
    if instance.subject_type == SEALED and Bid.objects.filter(pk=instance.subject_id, opened_at=None).exists():
        return
    own = (f"thread:{instance.thread}",) if instance.thread else ()
    subjects = own + LISTS.get(instance.subject_type, ())
    if subjects:
        touch(*subjects)


def after_notice(instance: Notice, **_facts: Any) -> None:
    touch("notices", f"thread:{instance.project_id}")


def after_link(instance: NeedLink, **_facts: Any) -> None:
    touch("needs", f"thread:{instance.project_id}")


def after_organisation(instance: Organisation, created: bool = False, **_facts: Any) -> None:
    """A new organisation is in one list; a renamed one is on every page that names it."""
    touch("organisations" if created else SITE)


def connect() -> None:
    """Called once, when the apps are ready."""
    for sender, handler in (
        (TransitionLog, after_act),
        (Notice, after_notice),
        (NeedLink, after_link),
        (Organisation, after_organisation),
    ):
        post_save.connect(handler, sender=sender, dispatch_uid=f"page-cache-{sender.__name__}")
    post_delete.connect(after_link, sender=NeedLink, dispatch_uid="page-cache-NeedLink-gone")
