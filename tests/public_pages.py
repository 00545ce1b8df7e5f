"""One address of every kind of public page, with something on each: for those who look at all of them."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from cms import bootstrap
from cms.models import ArticlePage, CalendarPage, EventPage, HomePage, NoticePage, ReportIndexPage, ReportPage
from cms.tasks import make_notice_page
from procurement.cases.replay.driver import replay
from procurement.evaluation.models import Evaluation
from procurement.projects.models import Project
from tests import threads


def _event() -> EventPage:
    now = timezone.now()
    page = EventPage(
        title="社会组织创投大赛说明会",
        slug="venture-day",
        starts_at=now + timedelta(days=3),
        ends_at=now + timedelta(days=3, hours=2),
        place="工人文化宫",
        signup_closes=now + timedelta(days=2),
        capacity=30,
    )
    return CalendarPage.objects.get().add_child(instance=page)


def _article() -> ArticlePage:
    body = [
        {"type": "heading", "value": "怎么参加"},
        {"type": "text", "value": "<p>先登记，再投标。</p>"},
        {"type": "quote", "value": {"text": "孩子放假没人带。", "source": "城东社区居民"}},
        {"type": "notices", "value": {"title": "最新公告", "kind": "", "domain": "", "count": 3}},
        {"type": "numbers", "value": {"title": "", "numbers": ["open", "needs", "people"]}},
        {"type": "chart", "value": {"chart": "amount-by-domain"}},
    ]
    page = ArticlePage(title="办事指南", slug="guide", introduction="怎么参加采购。", body=body)
    return HomePage.objects.get().add_child(instance=page)


def one_of_each() -> list[str]:
    """Makes what they show, and gives their paths."""
    bootstrap.ensure_pages()
    alive = threads.waiting("open-for-bids-1")
    replay(threads.case("C1"), documents=False)
    closed = Project.objects.get(case_id="C1")
    found = Evaluation.objects.get(contract__award__lot__call__project=closed)
    ReportIndexPage.objects.get().add_child(instance=ReportPage(title="评价", slug="one", evaluation=found))
    _event()
    _article()
    notice = closed.notices.earliest("published_at")
    make_notice_page(notice.pk)
    month = f"{timezone.localdate():%Y-%m}"
    return [
        "/", "/calls/", f"/calls/{alive.calls.get().number.lower()}/", f"/calls/{closed.calls.get().number.lower()}/",
        "/notices/", NoticePage.objects.get(notice=notice).url, "/needs/", "/threads/", f"/threads/{closed.number}/",
        f"/threads/{closed.number}/log/", f"/threads/{closed.number}/notices/{notice.number}/", "/reports/",
        "/reports/one/", f"/calendar/?month={month}", "/calendar/venture-day/", "/calendar/venture-day/?sign-up",
        "/statistics/", "/organisations/", f"/organisations/{closed.buyer_id}/", "/data/", "/guide/", "/verify/", "/s/",
        "/threads/none/",
    ]  # fmt: skip
