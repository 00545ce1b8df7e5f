from __future__ import annotations

from typing import Any

import factory

from procurement.accounts.enums import Role
from procurement.needs.models import Need
from tests.factories.accounts import OrganisationFactory, who
from tests.factories.clock import START, acting
from tests.factories.staged import StagedFactory
from workflows import engine


def station(need: Need) -> dict[str, Any]:
    return who(need.station, Role.STATION)


def submit(need: Need) -> None:
    with acting(need):
        engine.perform(need.submit, **station(need))


def screen(need: Need) -> None:
    with acting(need):
        engine.perform(need.screen, **who(need.addressed_to, Role.DRAFTER))


def merge(need: Need) -> None:
    other = NeedFactory(station=need.station, addressed_to=need.addressed_to, imported=need.imported)
    with acting(need):
        engine.perform(need.merge, **who(need.addressed_to, Role.DRAFTER), into=other.pk)


def decline(need: Need) -> None:
    with acting(need):
        engine.perform(need.decline, **who(need.addressed_to, Role.APPROVER), reason="不属于本单位职责。")


def adopt(need: Need) -> None:
    from tests.factories.projects import ProjectFactory

    ProjectFactory(needs=[need])


def answer(need: Need) -> None:
    from tests.factories.projects import ProjectFactory

    ProjectFactory.advance(need.projects.get(), "closed")


def confirm(need: Need) -> None:
    with acting(need):
        engine.perform(need.confirm, **station(need))


def dispute(need: Need) -> None:
    with acting(need):
        engine.perform(need.dispute, **station(need), reason="孩子还是没有人带。")


class NeedFactory(StagedFactory):
    class Meta:
        model = Need

    class Params:
        submitted = factory.Trait(reach="submitted")
        screened = factory.Trait(reach="screened")
        adopted = factory.Trait(reach="adopted")
        merged = factory.Trait(reach="merged")
        declined = factory.Trait(reach="declined")
        answered = factory.Trait(reach="answered")
        confirmed = factory.Trait(reach="confirmed")
        disputed = factory.Trait(reach="disputed")

    number = factory.Sequence("XQ-330199-2026-{:05d}".format)
    title = "暑期双职工家庭孩子没人带"
    text = "两个孩子放暑假后白天没有人看护。"
    station = factory.SubFactory(OrganisationFactory, station=True)
    addressed_to = factory.SubFactory(OrganisationFactory, buyer=True)
    raised_on = START.date()
    supporters = 86
    imported = True

    _way = {
        "submitted": ("draft", submit),
        "screened": ("submitted", screen),
        "adopted": ("screened", adopt),
        "merged": ("submitted", merge),
        "declined": ("submitted", decline),
        "answered": ("adopted", answer),
        "confirmed": ("answered", confirm),
        "disputed": ("answered", dispute),
    }

    @classmethod
    def begin(cls, **fields: Any) -> Need:
        need = Need(**fields)
        with acting(need):
            return engine.begin(need, **station(need))
