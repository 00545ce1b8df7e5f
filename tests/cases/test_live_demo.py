"""The demo's open calls are lived, not brought in: no claimed time, no tag; those that are dated say so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cms.tasks import make_call_page
from procurement.calls.models import Call
from procurement.cases import demo
from procurement.projects.models import Project
from workflows import clock, engine
from workflows.errors import ClaimedTimeRefused
from workflows.models import TransitionLog

pytestmark = pytest.mark.django_db


def play(monkeypatch: pytest.MonkeyPatch) -> dict[str, Project]:
    """What the demo sets up live, and one scene that it brings in; each by the end of its case id."""
    kept = [scene for scene in demo.SCENES if scene.live or scene.key == "open-for-bids-1"]
    monkeypatch.setattr(demo, "SCENES", kept)
    demo.make_logins()
    demo.play_waiting(timezone.localdate(), lambda line: None)
    return {project.case_id.split("-", 2)[2]: project for project in Project.objects.all() if project.case_id}


def test_open_calls_are_live_and_the_dated_ones_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    found = play(monkeypatch)
    assert {key: project.imported for key, project in found.items()} == {
        "approve": False,
        "publish": False,
        "open-for-bids-1": True,
        "open-now-1": False,
        "open-now-2": False,
    }
    for project in found.values():
        rows = TransitionLog.objects.filter(thread=project.pk)
        claimed = [row for row in rows if row.recorded_at - row.at > timedelta(seconds=1)]
        assert bool(claimed) == project.imported, project.case_id
    live = found["open-now-1"]
    call = Call.objects.get(project=live)
    assert call.state == "published"
    assert call.deadline > clock.database_now() + timedelta(days=3)
    assert not live.needs.filter(imported=True).exists()
    make_call_page(call.pk)
    page = Client().get(f"/calls/{call.number.lower()}/").content.decode()
    assert "补录" not in page
    assert not demo.waiting_is_stale(timezone.localdate())


def test_no_time_can_be_claimed_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    live = play(monkeypatch)["open-now-1"]
    past = clock.database_now() - timedelta(days=1)
    with clock.at_time(past), pytest.raises(ClaimedTimeRefused):
        engine.note(live, "anything", by=live.drafted_by, organisation=live.buyer)
