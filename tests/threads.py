"""Threads for tests, brought to a step by the same acts a person would take: the worked example, moved to today."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from procurement.accounts.models import User
from procurement.cases import demo
from procurement.cases.reader import read_case, shifted, with_case_id
from procurement.cases.replay.driver import replay
from procurement.projects.models import Project
from workflows import clock

DATA = Path(__file__).parents[1] / "procurement" / "cases" / "data"
SCENES = {scene.key: scene for scene in demo.SCENES}


def case(name: str = "EX1") -> Any:
    return read_case(DATA / f"{name}.yaml")


def _day(value: date | datetime) -> date:
    return timezone.localdate(value) if isinstance(value, datetime) else value


def waiting(scene: str, name: str = "EX1") -> Project:
    """A thread that waits, today, for the step of a demo scene; the demo's logins act for its organisations."""
    demo.make_logins()
    found, moved = SCENES[scene], case(name)
    days = (timezone.localdate(clock.database_now()) - _day(found.anchor(moved))).days + found.days
    outcome = replay(
        with_case_id(shifted(moved, days), f"TEST-{scene}"),
        before=found.waits_for,
        documents=False,
        cast=demo.DemoCast(scene),
    )
    assert not outcome.refused, outcome.answer["refusals"]
    project = Project.objects.get(case_id=f"TEST-{scene}")
    demo.admit(project)
    return project


def login(name: str) -> User:
    return User.objects.get(username=name)
