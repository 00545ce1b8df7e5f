"""Subscriptions: nobody hears of anything unasked, everybody hears once, and leaving leaves nothing behind."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from procurement.accounts.models import Consent, User
from procurement.opendata.subscriptions import actions, tasks
from procurement.opendata.subscriptions.models import Match, Subscription
from procurement.projects import notices
from procurement.projects.models import Notice, Project
from tests import threads
from workflows import jobs
from workflows.clock import database_now
from workflows.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]
ADDRESS = "reader@example.org"
FORM = {"email": ADDRESS, "consent": "on", "cadence": "at_once"}


def ask(client: Client, **more: Any) -> Any:
    return client.post("/subscribe/", {**FORM, **more})


def link_in(message: Any, name: str) -> str:
    found = re.search(rf"/subscribe/{name}/\S+", message.body)
    assert found
    return found.group().rstrip(">")


def confirmed(**filters: Any) -> Subscription:
    return Subscription.objects.create(email=ADDRESS, created_at=database_now(), confirmed_at=database_now(), **filters)


@pytest.fixture
def project() -> Project:
    found = threads.waiting("open-for-bids-1")
    Project.objects.filter(pk=found.pk).update(rehearsal=False)
    jobs.run_due()
    mail.outbox.clear()
    return Project.objects.get(pk=found.pk)


def publish(project: Project, kind: str = "termination") -> Notice:
    fields = {"number": project.number, "name": project.title, "reason": "不再需要"}
    notice = notices.publish(project, kind, fields, by=threads.login("approver"))
    jobs.run_due()
    return notice


class TestDoubleOptIn:
    def test_nothing_is_sent_before_the_link_is_clicked(self, client: Client) -> None:
        assert ask(client).status_code == 200
        jobs.run_due()
        assert [message.to for message in mail.outbox] == [[ADDRESS]]
        assert Subscription.objects.get().confirmed_at is None
        path = link_in(mail.outbox[0], "confirm")
        assert client.get(path).status_code == 200
        assert Subscription.objects.get().confirmed_at is None  # a mail filter that looks is no click
        assert client.post(path).status_code == 200
        assert Subscription.objects.get().confirmed_at is not None
        assert client.post(path).status_code == 200

    def test_consent_is_kept_with_version_and_without_the_address(self, client: Client) -> None:
        ask(client)
        kept = Consent.objects.get(notice__key="subscription")
        assert kept.notice.version == 1
        assert kept.subject == Subscription.objects.get().key.hex
        assert "@" not in kept.subject

    @pytest.mark.parametrize("harm", [
        {"consent": ""}, {"email": "no address"}, {"email": ""},
        {"region": "乌有之乡"}, {"region": "西湖区"}, {"domain": "x"},
        {"buyer": "99999"},
        {"cadence": "hourly"},
    ])  # fmt: skip
    def test_what_is_wrong_is_named_and_nothing_is_kept(self, client: Client, harm: dict[str, str]) -> None:
        answer = ask(client, **harm)
        assert answer.status_code == 400
        assert answer.context["form"].errors.keys() == harm.keys()
        assert not Subscription.objects.exists()

    @pytest.mark.parametrize("region", ["杭州", "浙江省杭州市", "3301"])
    def test_an_area_is_named_or_given_by_its_code(self, client: Client, region: str) -> None:
        assert ask(client, region=region).status_code == 200
        assert Subscription.objects.get().region == "3301"

    @pytest.mark.parametrize("token", ["x", "a" * 500, "1:2:3", "%E2%80%AE"])
    def test_a_forged_link_opens_nothing(self, client: Client, token: str) -> None:
        assert client.get(f"/subscribe/confirm/{token}/").status_code == 410
        assert client.post(f"/subscribe/leave/{token}/").status_code == 200

    def test_a_link_is_for_one_purpose(self) -> None:
        subscription = confirmed()
        assert actions.find(actions.CONFIRM, actions.token(actions.LEAVE, subscription)) is None
        assert actions.find(actions.LEAVE, actions.token(actions.LEAVE, subscription)) == subscription

    def test_a_link_runs_out(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        ask(client)
        token = actions.token(actions.CONFIRM, Subscription.objects.get())
        monkeypatch.setattr(actions, "CONFIRM_WITHIN", timedelta(seconds=-1))
        assert client.post(f"/subscribe/confirm/{token}/").status_code == 410

    def test_an_address_that_was_never_confirmed_is_forgotten(self, client: Client) -> None:
        ask(client)
        Subscription.objects.update(created_at=database_now() - timedelta(days=4))
        tasks.tend_subscriptions()
        assert not Subscription.objects.exists()

    def test_one_address_is_not_flooded(self, client: Client) -> None:
        for number in range(6):
            assert ask(client, words=f"词{number}").status_code == 200
        jobs.run_due()
        assert len(mail.outbox) == 3

    def test_one_place_may_not_try_for_ever(self, client: Client) -> None:
        answers = [ask(client, email=f"a{number}@example.org").status_code for number in range(22)]
        assert answers[-1] == 429

    def test_nobody_learns_who_subscribes(self, client: Client) -> None:
        first = ask(client)
        Subscription.objects.update(confirmed_at=database_now())
        assert ask(client).content == first.content


class TestNews:
    def test_a_notice_is_sent_once(self, project: Project) -> None:
        confirmed(domain=project.domain)
        notice = publish(project)
        assert len(mail.outbox) == 1
        message = mail.outbox[0]
        assert notice.title in message.subject
        assert notice.number in message.body
        actions.match(notice)
        for job in Job.objects.filter(kind__startswith="subscription."):
            for function in jobs.handlers(job.kind):
                function(**job.arguments)
        jobs.run_due()
        assert len(mail.outbox) == 1

    def test_every_mail_leaves_with_one_click(self, project: Project) -> None:
        confirmed()
        publish(project)
        headers = mail.outbox[0].extra_headers
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        path = re.search(r"/subscribe/leave/[^>]+", headers["List-Unsubscribe"])
        assert path
        strict = Client(enforce_csrf_checks=True)
        assert strict.get(path.group()).status_code == 200
        assert Subscription.objects.exists()
        assert strict.post(path.group(), {"List-Unsubscribe": "One-Click"}).status_code == 200
        assert not Subscription.objects.exists()
        assert not Match.objects.exists()
        assert strict.post(path.group()).status_code == 200

    def test_only_what_fits(self, project: Project) -> None:
        buyer, region = project.buyer, project.buyer.region
        other = "worker" if project.domain != "worker" else "youth"
        fits = [
            {}, {"domain": project.domain}, {"buyer": buyer},
            {"region": region}, {"region": region[:2]}, {"region": region[:4]},
            {"words": project.title[2:6]}, {"words": f"{project.title[:3]} 不再需要"},
        ]  # fmt: skip
        misses = [{"domain": other}, {"region": "99"}, {"words": "没有这个词"}, {"words": f"{project.title[:3]} 没有"}]
        wanted = {confirmed(**filters).pk for filters in fits}
        for filters in misses:
            confirmed(**filters)
        notice = publish(project)
        assert {match.subscription_id for match in Match.objects.filter(notice=notice)} == wanted

    def test_who_has_not_confirmed_hears_nothing(self, project: Project) -> None:
        Subscription.objects.create(email=ADDRESS, created_at=database_now())
        publish(project)
        assert mail.outbox == []

    @pytest.mark.parametrize("harm", ["rehearsal", "history"])
    def test_rehearsals_and_history_are_no_news(self, project: Project, harm: str) -> None:
        confirmed()
        if harm == "rehearsal":
            Project.objects.filter(pk=project.pk).update(rehearsal=True)
            publish(Project.objects.get(pk=project.pk))
        else:
            old = project.notices.first()
            old.published_at = database_now() - timedelta(days=10)
            assert actions.match(old) == []
        assert mail.outbox == []

    def test_the_daily_mail_goes_once_a_day(self, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tasks, "DIGEST_HOUR", 0)
        confirmed(cadence="daily")
        first, second = publish(project), publish(project, "termination")
        assert mail.outbox == []
        tasks.tend_subscriptions()
        jobs.run_due()
        assert len(mail.outbox) == 1
        assert all(notice.number in mail.outbox[0].body for notice in (first, second))
        publish(project)
        tasks.tend_subscriptions()
        jobs.run_due()
        assert len(mail.outbox) == 1
        Match.objects.filter(sent_at__isnull=False).update(sent_at=database_now() - timedelta(days=1))
        tasks.tend_subscriptions()
        jobs.run_due()
        assert len(mail.outbox) == 2

    def test_no_daily_mail_before_the_morning(self, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tasks, "DIGEST_HOUR", 24)
        confirmed(cadence="daily")
        publish(project)
        assert tasks.digest() == 0

    def test_queries_do_not_grow_with_subscriptions_that_do_not_fit(self, project: Project) -> None:
        def count() -> int:
            with CaptureQueriesContext(connection) as captured:
                actions.match(notice)
            return len(captured)

        notice = publish(project)
        confirmed(words="没有这个词")
        one = count()
        for number in range(30):
            confirmed(words=f"没有这个词{number}")
        assert count() == one


class TestOwn:
    def test_matches_are_listed_and_left_as_a_job(self, client: Client, project: Project) -> None:
        client.force_login(User.objects.create_user("reader"))
        assert client.post("/subscribe/mine/", {"domain": project.domain}).status_code == 302
        notice = publish(project)
        assert notice.title in client.get("/subscribe/mine/").content.decode()
        assert Job.objects.get(kind="subscription.matched").arguments["notice_id"] == notice.pk
        assert mail.outbox == []

    def test_others_are_nobodys_business(self, client: Client, project: Project) -> None:
        own = Subscription.objects.create(
            user=User.objects.create_user("one"), created_at=database_now(), confirmed_at=database_now()
        )
        publish(project)
        client.force_login(User.objects.create_user("two"))
        assert client.get("/subscribe/mine/").context["page"].paginator.count == 0
        assert client.post(f"/subscribe/mine/{own.pk}/remove/").status_code == 404
        client.logout()
        assert client.get("/subscribe/mine/").status_code == 302
        client.force_login(own.user)
        assert client.post(f"/subscribe/mine/{own.pk}/remove/").status_code == 302
        assert not Match.objects.exists()

    def test_the_same_twice_is_refused_and_filters_of_the_address_are_filled_in(self, client: Client) -> None:
        client.force_login(User.objects.create_user("reader"))
        for _number in range(2):
            client.post("/subscribe/mine/", {"words": "青少年"})
        assert Subscription.objects.count() == 1
        answer = client.get("/subscribe/?q=托管", follow=True)
        assert answer.context["form"].initial["words"] == "托管"

    def test_queries_do_not_grow(self, client: Client, project: Project) -> None:
        client.force_login(User.objects.create_user("reader"))
        client.post("/subscribe/mine/", {})

        def count() -> int:
            with CaptureQueriesContext(connection) as captured:
                assert client.get("/subscribe/mine/").status_code == 200
            return len(captured)

        publish(project)
        client.get("/subscribe/mine/")
        one = count()
        for number in range(15):
            client.post("/subscribe/mine/", {"words": f"词{number}"})
            publish(project)
        assert count() == one
