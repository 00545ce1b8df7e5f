"""Rows that stand beside the threads: papers, people, ledgers, messages, receivers, subscriptions, an event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from axes.models import AccessAttempt
from django.utils import timezone

from procurement.accounts import checking
from procurement.accounts.actions import invitations, staff
from procurement.accounts.enums import Role
from procurement.accounts.models import Delivery, Employment, Interest, Mandate, Notification, Organisation, TableExport
from procurement.opendata.models import Event
from procurement.opendata.subscriptions import actions as subscribing
from procurement.opendata.subscriptions.models import Subscription
from procurement.opendata.webhooks import actions as webhooks
from procurement.projects.models import BudgetLine, CatalogueItem
from tests.cms.test_events import event, given
from tests.factories.accounts import QualificationFactory, RegistrationFactory, paper_file
from tests.journeys.matrix.people import People
from workflows.clock import database_now

Keys = dict[str, Sequence[Any]]


def beside(people: People, buyer: Organisation) -> Keys:
    found = _organisations(people, buyer) | _experts(people) | _ledgers(buyer) | _messages(people, buyer)
    return found | _subscriptions(people) | _event(people) | _safety(people)


def _organisations(people: People, buyer: Organisation) -> Keys:
    manager, drafter = people.users["manager"], people.users["drafter"]
    invited = invitations.invite(buyer, by=manager, name="某", email="a@example.org", roles=[Role.DRAFTER])
    paper = QualificationFactory(organisation=people.acting("winner")["organisation"], submitted=True)
    today = timezone.localdate()
    mandate = Mandate.objects.create(
        agency=people.agency, buyer=buyer, number="1", valid_from=today, valid_until=today, file=paper_file(),
        granted_by=manager, granted_at=database_now(),
    )  # fmt: skip
    membership = drafter.memberships.get(organisation=buyer)
    deputy = staff.name_deputy(
        membership, Role.DRAFTER, people.users["deputy"], today, today + timedelta(days=3), by=manager
    )
    return {
        "qualification": (paper.pk,),
        "mandate": (mandate.pk,),
        "invitation": (invitations.token_of(invited),),
        "wechat_code": ("no-code",),
        "invited": (invited.pk,),
        "member": (membership.pk,),
        "deputy": (membership.pk, deputy.pk),
        "buyer": (buyer.pk,),
        "registered": (RegistrationFactory().organisation_id,),
    }


def _safety(people: People) -> Keys:
    """A locked login, somebody's login, and a check of the log that was ordered."""
    lock = AccessAttempt.objects.create(username="nobody", ip_address="203.0.113.9", failures_since_start=5)
    return {
        "lock": (lock.pk,),
        "login": (people.users["resident"].pk,),
        "log_check": (checking.order(by=people.users["audit_admin"]).pk,),
    }


def _experts(people: People) -> Keys:
    tie: dict[str, Any] = {"expert": people.users["evaluator"], "name": "某中心"}
    employment = Employment.objects.create(started=timezone.localdate(), **tie)
    interest = Interest.objects.create(relation="other", declared_at=database_now(), **tie)
    return {
        "expert": (people.users["evaluator"].pk,),
        "employment": (employment.pk,),
        "interest": (interest.pk,),
    }


def _ledgers(buyer: Organisation) -> Keys:
    line = BudgetLine.objects.create(organisation=buyer, year=2026, name="项", fund_source="fiscal", amount=1)
    return {
        "catalogue_line": (CatalogueItem.objects.create(organisation=buyer, name="项").pk,),
        "budget_line": (line.pk,),
    }


def _messages(people: People, buyer: Organisation) -> Keys:
    """What the drafter alone was told and ordered, and a receiver of the buyer's."""
    drafter = people.users["drafter"]
    told = Notification.objects.create(
        recipient=drafter, organisation=buyer, event="call.published", group="new_calls", key="matrix",
        path="/workspace/",
        parameters={"title": "某项目", "call": "C-1", "buyer": buyer.name, "deadline": "2026-12-01 09:00"},
    )  # fmt: skip
    export = TableExport.objects.create(
        owner=drafter, organisation=buyer, table="projects", form="csv", total=1, file=paper_file(),
        done_at=database_now(),
    )  # fmt: skip
    sending = Delivery.objects.create(notification=told, channel="email", due_at=database_now())
    receiver, _secret = webhooks.subscribe(
        by=people.users["manager"], organisation=buyer, name="统计平台", url="https://example.org/hook",
        events=list(Event.values),
    )  # fmt: skip
    return {
        "told": (told.pk,),
        "export": (export.pk,),
        "sending": (sending.pk,),
        "receiver": (receiver.pk,),
    }


def _subscriptions(people: People) -> Keys:
    subscribing.subscribe(people.users["resident"], {"domain": "youth"})
    subscribing.ask("b@example.org", {"domain": "children"})
    mailed = Subscription.objects.get(email="b@example.org")
    return {
        "subscription": (Subscription.objects.get(user=people.users["resident"]).pk,),
        "confirming": (subscribing.token(subscribing.CONFIRM, mailed),),
        "leaving": (subscribing.token(subscribing.LEAVE, mailed),),
    }


def _event(people: People) -> Keys:
    page = event()
    answer = people.clients["visitor"].post(page.url, given())
    return {"sign_up": (answer["Location"].strip("/").rpartition("/")[2],), "event": (page.pk,)}
