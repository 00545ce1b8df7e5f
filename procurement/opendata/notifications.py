"""People with an account who follow calls are told at the site, by their own channels; others by subscribed mail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import EventGroup
from procurement.accounts.models import Notification
from procurement.accounts.notifications.events import Told, event
from procurement.accounts.notifications.people import persons
from procurement.opendata.models import Subscription
from procurement.projects.models import Notice
from procurement.projects.notifications import about, thread_of

TOLD_TO_ALL_SUPPLIERS = ("call.published", "project.intended")


def _told_already(user_id: int, notice: Notice) -> bool:
    """Whether the same news came to this person as supplier's staff."""
    same = Notification.objects.filter(recipient=user_id, event__in=TOLD_TO_ALL_SUPPLIERS)
    return same.filter(path=thread_of(notice.project), created_at__gte=notice.published_at).exists()


@event(
    "subscription.matched",
    EventGroup.NEW_CALLS,
    _("What you follow: %(title)s"),
    _("%(buyer)s has published “%(notice)s”."),
)
def _matched(subscription_id: int, notice_id: int) -> Told | None:
    notice = Notice.objects.select_related("project__buyer").get(pk=notice_id)
    owner = Subscription.objects.filter(pk=subscription_id).values_list("user_id", flat=True).first()
    if owner is None or _told_already(owner, notice):  # left since, or heard of it
        return None
    facts = {**about(notice.project), "notice": notice.title}
    path = thread_of(notice.project)
    return Told(notice, persons([owner]), path, facts, project=notice.project, at=notice.published_at)
