"""The editor's first screen: what there is to do, each a click away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin.ui.components import Component
from wagtail.images import get_image_model
from wagtail.permissions import policy_registry

from cms.models import ArticlePage, CalendarPage, EventPage, HomePage, ReportIndexPage, ReportPage, SiteSettings


class WhereToBegin(Component):
    """Things this person may do, in the order in which a new site needs them."""

    name = "where_to_begin"
    template_name = "cms/admin/begin.html"
    order = 10

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        request = parent_context["request"]
        return {"deeds": list(_deeds(request.user))}


def _add(user: Any, parent: Any, kind: type[Any], label: str, words: str) -> Iterator[tuple[str, str, str]]:
    if parent is not None and parent.permissions_for_user(user).can_add_subpage():
        meta = kind._meta
        yield reverse("wagtailadmin_pages:add", args=[meta.app_label, meta.model_name, parent.pk]), label, words


def _deeds(user: Any) -> Iterator[tuple[str, str, str]]:
    """Address, what it is called, and what it is for."""
    home = HomePage.objects.first()
    if home is not None and home.permissions_for_user(user).can_edit():
        yield (
            reverse("wagtailadmin_pages:edit", args=[home.pk]),
            _("Make up the home page"),
            _("Heading, introduction, picture, and blocks below; calls and figures come by themselves."),
        )
    yield from _add(user, home, ArticlePage, _("Write an article"), _("A guide, a piece of news, an account."))
    calendar = CalendarPage.objects.first()
    words = _("A training, a competition, an open day, with or without sign-up.")
    yield from _add(user, calendar, EventPage, _("Announce an event"), words)
    reports = ReportIndexPage.objects.first()
    yield from _add(
        user, reports, ReportPage, _("Tell of an evaluation"), _("Your words beside the published figures.")
    )
    if policy_registry.get_by_type(get_image_model()).user_has_permission(user, "add"):
        yield reverse("wagtailimages:add_multiple"), _("Add pictures"), _("Then set the focal point of each.")
    if user.has_perm("cms.change_sitesettings"):
        address = reverse("wagtailsettings:edit", args=[SiteSettings._meta.app_label, SiteSettings._meta.model_name])
        yield address, _("Name, colours and foot of the site"), _("Also the notice bar, and days of mourning.")
