"""Every transition of a need: from where, to where, by whom, and all or nothing."""

from __future__ import annotations

from typing import Any

from procurement.accounts.enums import Role
from procurement.accounts.models import Organisation
from procurement.needs.models import Need
from tests.factories.needs import NeedFactory
from tests.workflows.transition import TransitionTest


class NeedTransition(TransitionTest):
    machine = Need

    def make(self, source: str) -> Need:
        return NeedFactory(reach=source)

    def party(self, subject: Need) -> Organisation:
        return subject.addressed_to


class ByTheStation(NeedTransition):
    roles = (Role.STATION,)

    def party(self, subject: Need) -> Organisation:
        return subject.station


class TestSubmit(ByTheStation):
    act, sources, target = "submit", ("draft",), "submitted"


class TestScreen(NeedTransition):
    act, sources, target, roles = "screen", ("submitted",), "screened", (Role.DRAFTER,)


class TestAdopt(NeedTransition):
    act, sources, target, automatic = "adopt", ("screened",), "adopted", True


class TestMerge(NeedTransition):
    act, sources, target, roles = "merge", ("submitted", "screened"), "merged", (Role.DRAFTER,)

    def make(self, source: str) -> Need:
        need = NeedFactory(reach=source)
        NeedFactory(addressed_to=need.addressed_to)
        return need

    def more(self, subject: Need) -> dict[str, Any]:
        return {"into": Need.objects.exclude(pk=subject.pk).get(addressed_to=subject.addressed_to).pk}


class TestDecline(NeedTransition):
    act, sources, target, roles = "decline", ("submitted", "screened"), "declined", (Role.APPROVER,)

    def more(self, subject: Need) -> dict[str, Any]:
        return {"reason": "不属于本单位职责。"}


class TestAnswer(NeedTransition):
    act, sources, target, automatic = "answer", ("adopted",), "answered", True


class TestRelease(NeedTransition):
    act, sources, target, automatic = "release", ("adopted",), "screened", True


class TestConfirm(ByTheStation):
    act, sources, target = "confirm", ("answered",), "confirmed"


class TestDispute(ByTheStation):
    act, sources, target = "dispute", ("answered",), "disputed"

    def more(self, subject: Need) -> dict[str, Any]:
        return {"reason": "孩子还是没有人带。"}
