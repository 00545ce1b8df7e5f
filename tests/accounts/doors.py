"""Logins for tests of these pages, and forms as a browser sends them."""

from __future__ import annotations

import re
from typing import Any

from django.core import mail
from django.test import Client

from procurement.accounts.models import Organisation, User
from tests.factories.accounts import MembershipFactory, who
from workflows import jobs
from workflows.models import Job

PASSWORD = "Gong-hui-2026"
ACCOUNT = {
    "display_name": "李某",
    "username": "limou",
    "email": "limou@example.org",
    "mobile": "138 0000 1234",
    "password1": PASSWORD,
    "password2": PASSWORD,
    "consent": "on",
}


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def as_role(organisation: Organisation, role: str) -> Client:
    """A member of the organisation who holds that role alone."""
    return as_user(who(organisation, role)["by"])


def member(organisation: Organisation, *roles: str, **user: Any) -> Any:
    """A new member with these roles."""
    more = {f"user__{name}": value for name, value in user.items()}
    return MembershipFactory(organisation=organisation, roles=[str(role) for role in roles], **more)


def links(page: Any) -> list[str]:
    """Addresses of the invitations that a page shows, without the site's own."""
    return re.findall(r"https?://[^/\s<]+(/accounts/invitations/[0-9a-f]{64}/)", page.content.decode())


def do_jobs() -> list[Any]:
    """Runs what waits in the outbox; the mails it sent."""
    before = len(mail.outbox)
    jobs.run_due()
    failed = Job.objects.exclude(state=Job.State.DONE).exclude(last_error="")
    assert [job.last_error for job in failed] == []
    return mail.outbox[before:]
