"""Which kept pages an editor's work makes stale: the page itself, and the lists it is in."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save
from wagtail.images import get_image_model
from wagtail.models import PageViewRestriction, Site
from wagtail.signals import page_published, page_unpublished, post_page_move

from cms import area_names, context
from cms.models import AreaName, CallPage, EventPage, NoticePage, Page, SignUp, SiteSettings
from procurement.common.page_cache import SITE, touch

SUBJECTS: dict[type[Page], str] = {EventPage: "events", CallPage: "calls", NoticePage: "notices"}


def after_page(instance: Page, **_facts: Any) -> None:
    """Signal handler. A call's or a notice's page changes its own list and nothing else."""
    kind = type(instance.specific_deferred)
    touch(f"page:{instance.pk}", SUBJECTS.get(kind, "pages"))
    if kind is EventPage:
        touch(f"event:{instance.pk}")


def after_sign_up(instance: SignUp, **_facts: Any) -> None:
    touch(f"event:{instance.event_id}")


def after_site(**_facts: Any) -> None:
    touch(SITE)


def connect() -> None:
    """Called once, when the apps are ready."""
    for signal in (page_published, page_unpublished, post_page_move):
        signal.connect(after_page, dispatch_uid=f"page-cache-{id(signal)}")
    for change in (post_save, post_delete):
        change.connect(after_sign_up, sender=SignUp, dispatch_uid=f"page-cache-sign-up-{id(change)}")
        change.connect(context.forget, sender=SiteSettings, dispatch_uid=f"page-cache-settings-{id(change)}")
        change.connect(area_names.forget, sender=AreaName, dispatch_uid=f"page-cache-areas-{id(change)}")
        change.connect(after_site, sender=Site, dispatch_uid=f"page-cache-site-{id(change)}")
        # a page and all below it are for some readers only from now on, or for all again
        change.connect(after_site, sender=PageViewRestriction, dispatch_uid=f"page-cache-restriction-{id(change)}")
        # a picture's focal point or file: it may be on any page
        change.connect(after_site, sender=get_image_model(), dispatch_uid=f"page-cache-picture-{id(change)}")
    post_delete.connect(after_page_gone, dispatch_uid="page-cache-gone")


def after_page_gone(sender: type, instance: Any, **_facts: Any) -> None:
    if issubclass(sender, Page):
        touch(f"page:{instance.pk}", SUBJECTS.get(sender, "pages"))
