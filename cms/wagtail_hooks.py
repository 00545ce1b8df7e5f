"""Where Wagtail's admin meets the acts: publishing a call's page publishes the call, and what is public stays."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from cms import desk, publishing, sign_up_admin
from cms.models import CallPage, NoticePage
from procurement.accounts.acting import organisation_of
from workflows.reasons import Reason


def _as_list(reasons: list[Reason]) -> SafeString:
    return format_html(
        "{}<ul>{}</ul>",
        _("The call was not published and nothing has changed. What is still unmet:"),
        format_html_join("", "<li>{}</li>", ((str(reason),) for reason in reasons)),
    )


def _refuse(request: HttpRequest, page: Any, words: Any) -> HttpResponse:
    messages.error(request, words)
    if page.pk is not None and page.permissions_for_user(request.user).can_edit():
        return redirect("wagtailadmin_pages:edit", page.pk)
    return redirect("wagtailadmin_home")


@hooks.register("before_publish_page")
def publish_the_call(request: HttpRequest, page: Any) -> HttpResponse | None:
    """Publishes the call first; a refusal names every unmet rule and leaves page and call as they were."""
    if not isinstance(page, CallPage):
        return None
    try:
        reasons = publishing.publish(page.call, by=request.user, organisation=organisation_of(request))
    except PermissionDenied:
        return _refuse(request, page, _("Only an approver of the buyer may publish this call. Send it for approval."))
    return _refuse(request, page, _as_list(reasons)) if reasons else None


def _fixed(page: Any) -> bool:
    specific = page.specific
    return isinstance(specific, NoticePage) or (isinstance(specific, CallPage) and specific.is_fixed)


@hooks.register("before_edit_page")
def keep_published_words(request: HttpRequest, page: Any) -> HttpResponse | None:
    """N2: a published notice is never edited; a correction is a new one."""
    if not _fixed(page):
        return None
    if isinstance(page.specific, NoticePage) and request.method in ("GET", "HEAD"):
        return None  # shown locked, every field to be read only
    messages.error(request, _("This is public. Its words stay; a change is made by a correction notice (N2)."))
    return redirect("wagtailadmin_explore", page.get_parent().pk)


@hooks.register("before_unpublish_page")
@hooks.register("before_delete_page")
def keep_published_page(request: HttpRequest, page: Any) -> HttpResponse | None:
    if not _fixed(page):
        return None
    messages.error(request, _("A published call is not taken back; it is corrected or cancelled by a notice (N2)."))
    return redirect("wagtailadmin_explore", page.get_parent().pk)


@hooks.register("before_bulk_action")
def keep_calls_out_of_bulk_actions(
    request: HttpRequest, action_type: str, objects: list[Any], action_class: Any
) -> HttpResponse | None:
    """Calls are published, deleted and taken back one by one, where every rule can be shown."""
    if action_type not in ("publish", "unpublish", "delete", "move"):
        return None
    if not any(isinstance(getattr(one, "specific", one), CallPage | NoticePage) for one in objects):
        return None
    messages.error(request, _("Calls are published one by one, so that every unmet rule can be shown."))
    return redirect("wagtailadmin_home")


@hooks.register("construct_homepage_panels")
def where_to_begin(request: HttpRequest, panels: list[Any]) -> None:
    """An editor's first screen names the things editors do, before Wagtail's own lists."""
    panels.insert(0, desk.WhereToBegin())


@hooks.register("construct_help_menu")
def no_news_of_the_program(request: HttpRequest, items: list[Any]) -> None:
    """What changed in the program is the administrators' reading, and in English."""
    items[:] = [item for item in items if not item.name.startswith("whats-new")]


@hooks.register("register_admin_urls")
def sign_up_addresses() -> list[URLPattern]:
    return [
        path("sign-ups/", sign_up_admin.events, name="events_signed_up"),
        path("sign-ups/<int:pk>/", sign_up_admin.sign_ups, name="event_sign_ups"),
        path("sign-ups/<int:pk>.csv", sign_up_admin.sign_ups_csv, name="event_sign_ups_csv"),
    ]


@hooks.register("register_admin_menu_item")
def sign_up_menu() -> MenuItem:
    return MenuItem(gettext_lazy("Sign-ups"), reverse("events_signed_up"), icon_name="group", order=300)


@hooks.register("register_log_actions")
def sign_up_log(actions: Any) -> None:
    """Looking at who signed up leaves a line in the page's history."""
    actions.register_action(
        sign_up_admin.SEEN, gettext_lazy("Look at the sign-ups"), gettext_lazy("Looked at the sign-ups")
    )
    actions.register_action(
        sign_up_admin.TAKEN, gettext_lazy("Download the sign-ups"), gettext_lazy("Downloaded the sign-ups")
    )
