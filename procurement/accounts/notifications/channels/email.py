"""E-mail: plain text, and HTML with the thread's strip drawn as a table, which every mail program shows."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from smtplib import SMTPException, SMTPNotSupportedError, SMTPRecipientsRefused, SMTPResponseException
from socket import gaierror
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.utils.translation import ngettext

from procurement.accounts.models import Notification, User
from procurement.accounts.notifications.channels.base import ChannelError, link_of
from procurement.accounts.notifications.events import words
from procurement.common import thread
from procurement.common.mail import named


def _entry(notification: Notification) -> dict[str, Any]:
    title, text = words(notification.event, notification.parameters)
    state = notification.thread_state
    return {
        "title": title,
        "text": text,
        "link": link_of(notification),
        "organisation": notification.organisation,
        "at": notification.created_at,
        "knots": thread.knots(state) if state else [],
        "summary": thread.summary(state) if state else "",
    }


REFUSED = (SMTPResponseException, SMTPRecipientsRefused, SMTPNotSupportedError, ConnectionRefusedError, gaierror)


def _hand_over(mail: EmailMultiAlternatives) -> None:
    """Whether it has gone out is certain where the server answered, or was not reached at all."""
    mail.connection = get_connection()
    try:
        mail.connection.open()
    except (SMTPException, OSError) as error:
        raise ChannelError(f"the mail server cannot be reached: {type(error).__name__}") from None
    try:
        mail.send()
    except (SMTPException, OSError) as error:
        words = f"the mail server did not take it: {type(error).__name__}"
        raise ChannelError(words, certain=isinstance(error, REFUSED)) from None
    finally:
        with suppress(SMTPException, OSError):
            mail.connection.close()


class EmailBack:
    """One mail a person; a digest is one mail too."""

    def address(self, user: User) -> str:
        return user.email

    def send(self, user: User, notifications: Sequence[Notification], *, key: str) -> None:
        entries = [_entry(one) for one in notifications]
        title = entries[0]["title"]
        if len(entries) > 1:
            title = ngettext("%(count)d message", "%(count)d messages", len(entries)) % {"count": len(entries)}
        context = {
            "site_name": settings.SITE_NAME,
            "name": str(user),
            "entries": entries,
            "preferences": f"{settings.HUIQUN_BASE_URL}/accounts/preferences/",
            "title": title,
        }
        mail = EmailMultiAlternatives(
            subject=f"[{settings.SITE_NAME}] {title}".replace("\n", " "),
            body=render_to_string("emails/notification.txt", context),
            to=[user.email],
            headers=named(key),
        )
        mail.attach_alternative(render_to_string("emails/notification.html", context), "text/html")
        _hand_over(mail)
