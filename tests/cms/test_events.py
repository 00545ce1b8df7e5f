"""Signing up for an event: places, consent, withdrawal, and who may read the list."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from cms.models import CalendarPage, EventPage, SignUp
from cms.tasks import keep_time
from procurement.accounts.models import Consent
from tests.cms import rows

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]


def event(**more: Any) -> EventPage:
    now = timezone.now()
    values = {
        "title": "社会组织创投大赛说明会",
        "slug": "venture-day",
        "kind": "competition",
        "starts_at": now + timedelta(days=10),
        "ends_at": now + timedelta(days=10, hours=3),
        "place": "示例县工人文化宫二楼",
        "signup_opens": now - timedelta(days=1),
        "signup_closes": now + timedelta(days=5),
        "capacity": 5,
    } | more
    page = EventPage(**values)
    page.full_clean(exclude=["path", "depth", "numchild", "url_path", "content_type", "locale", "draft_title"])
    return CalendarPage.objects.get().add_child(instance=page)


def given(**more: Any) -> dict[str, Any]:
    return {"name": "某站点工作人员", "mobile": "138 0000 1234", "people": "2", "consent": "on"} | more


class TestSigningUp:
    def test_takes_places_and_keeps_the_consent(self, client: Client) -> None:
        page = event()
        answer = client.post("/calendar/venture-day/", given())
        entry = SignUp.objects.get()
        assert answer.status_code == 302
        assert entry.token in answer["Location"]
        assert (entry.people, entry.mobile, page.left()) == (2, "13800001234", 3)
        consent = Consent.objects.get()
        assert consent.notice.key == "event"
        assert "13800001234" not in consent.subject
        assert client.get(answer["Location"]).status_code == 200

    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({"consent": ""}, "consent"),
            ({"mobile": "12"}, "mobile"),
            ({"people": "6"}, "people"),
            ({"people": "0"}, "people"),
            ({"name": ""}, "name"),
        ],
    )
    def test_says_what_is_wrong_and_keeps_nothing(self, client: Client, more: dict[str, str], field: str) -> None:
        event()
        answer = client.post("/calendar/venture-day/", given(**more))
        assert answer.status_code == 422
        assert field in answer.context["form"].errors
        assert not SignUp.objects.exists()
        assert not Consent.objects.exists()

    def test_one_number_signs_up_once(self, client: Client) -> None:
        event()
        client.post("/calendar/venture-day/", given())
        assert client.post("/calendar/venture-day/", given()).status_code == 422
        assert SignUp.objects.count() == 1

    @pytest.mark.parametrize(
        ("opens", "closes"), [(timedelta(days=1), timedelta(days=2)), (timedelta(days=-2), timedelta(days=-1))]
    )
    def test_only_while_it_is_open(self, client: Client, opens: timedelta, closes: timedelta) -> None:
        now = timezone.now()
        event(signup_opens=now + opens, signup_closes=now + closes)
        assert client.post("/calendar/venture-day/", given()).status_code == 422
        assert "?sign-up" not in client.get("/calendar/venture-day/").content.decode()

    def test_withdrawing_deletes_the_entry(self, client: Client) -> None:
        event()
        own = client.post("/calendar/venture-day/", given())["Location"]
        assert client.post(own).status_code == 200
        assert not SignUp.objects.exists()
        assert client.get(own).status_code == 404

    def test_entries_go_half_a_year_after_the_event(self, client: Client) -> None:
        page = event()
        client.post("/calendar/venture-day/", given())
        keep_time()
        assert SignUp.objects.exists()
        long_ago = timezone.now() - timedelta(days=200)
        EventPage.objects.filter(pk=page.pk).update(starts_at=long_ago, ends_at=long_ago)
        keep_time()
        assert not SignUp.objects.exists()


class TestTheList:
    def test_is_for_editors_alone(self, client: Client) -> None:
        page = event()
        client.post("/calendar/venture-day/", given(remark="=1+1"))
        path = f"/cms/sign-ups/{page.pk}"
        assert client.get(f"{path}/").status_code == 302
        client.force_login(rows.person("采购人员", rows.organisation(), "drafter"))
        assert client.get(f"{path}.csv").status_code in (302, 403)
        client.force_login(rows.person("网站编辑", rows.organisation(), "editor"))
        assert "13800001234" in client.get(f"{path}/").content.decode()
        table = client.get(f"{path}.csv").content.decode()
        assert table.startswith("\ufeff")
        assert "'=1+1" in table
        assert (
            "venture-day" in client.get("/cms/sign-ups/").content.decode()
            or page.title in client.get("/cms/sign-ups/").content.decode()
        )

    def test_no_name_is_public(self, client: Client) -> None:
        event()
        client.post("/calendar/venture-day/", given())
        for path in ("/calendar/", "/calendar/venture-day/", "/calendar.ics"):
            page = Client().get(path).content.decode()
            assert "某站点工作人员" not in page
            assert "13800001234" not in page


class TestCalendar:
    def test_shows_events_and_deadlines_of_the_month(self, client: Client) -> None:
        page = event()
        call = rows.call(deadline=page.starts_at)
        shown = client.get(f"/calendar/?month={timezone.localtime(page.starts_at):%Y-%m}").content.decode()
        assert page.title in shown
        assert call.project.title in shown

    def test_feed_holds_them_and_no_rehearsal(self, client: Client) -> None:
        page = event()
        call = rows.call(deadline=page.starts_at)
        rehearsed = rows.call(rows.project("演练项目", rehearsal=True), deadline=page.starts_at)
        answer = client.get("/calendar.ics")
        assert answer["Content-Type"].startswith("text/calendar")
        items = {str(item["summary"]) for item in Calendar.from_ical(answer.content).walk("VEVENT")}
        assert any(page.title in item for item in items)
        assert any(call.project.title in item for item in items)
        assert not any(rehearsed.project.title in item for item in items)
