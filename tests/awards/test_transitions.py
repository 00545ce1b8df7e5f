"""Every transition of a panel and of an award: from where, to where, by whom, and all or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from procurement.accounts.enums import Role
from procurement.accounts.models import Organisation
from procurement.awards import actions
from procurement.awards.models import Award, Panel
from tests.factories.accounts import UserFactory, who
from tests.factories.awards import AwardFactory, PanelFactory, fill_sheets, prepare
from tests.factories.clock import last_act
from tests.factories.projects import NOT_SAID
from tests.workflows.transition import AND_AT_THE_END, FAILS_AT, TransitionTest
from workflows import clock

STAFF = (Role.OFFICER, Role.DRAFTER)


class PanelTransition(TransitionTest):
    machine = Panel

    def make(self, source: str) -> Panel:
        return PanelFactory(reach=source)

    def party(self, subject: Panel) -> Organisation:
        return subject.project.buyer


class ByAMember(PanelTransition):
    """Members act in person, for nobody."""

    def by(self, subject: Panel) -> dict[str, Any]:
        return {"by": subject.seats.first().user}

    def others(self, subject: Panel) -> Iterator[dict[str, Any]]:
        yield {"by": None}
        yield {"by": UserFactory()}
        yield from (who(self.party(subject), role) for role in Role)


class TestDraw(PanelTransition):
    act, sources, target, roles = "draw", ("forming",), "drawn", STAFF


class TestDeclare(ByAMember):
    act, sources, target = "declare", ("drawn",), "declared"

    def make(self, source: str) -> Panel:
        panel = PanelFactory(drawn=True)
        panel.seats.update(declared_at=last_act(panel))  # everyone's word is there, the panel's act is not
        return panel


class TestStartScoring(PanelTransition):
    act, sources, target, roles = "start_scoring", ("declared",), "scoring", STAFF

    def make(self, source: str) -> Panel:
        panel = PanelFactory(declared=True)
        prepare(panel)
        return panel


class TestSign(ByAMember):
    act, sources, target = "sign", ("scoring",), "signed"
    fails_at = (*FAILS_AT, "procurement.awards.actions.compute")  # the ranking

    def make(self, source: str) -> Panel:
        panel = PanelFactory(scoring=True)
        fill_sheets(panel)
        others = panel.seats.exclude(pk=panel.seats.first().pk)
        others.update(signed_at=last_act(panel))
        return panel

    def perform(self, subject: Panel, **by: Any) -> Any:
        subject.seats.filter(user=by["by"]).update(signed_at=clock.act_time())
        return super().perform(subject, **by)

    def through(self, subject: Panel) -> None:
        """The last signature, which also ranks the bids and proposes the award."""
        actions.sign_report(subject, **self.by(subject))

    def try_to(self, subject: Panel, **by: Any) -> None:
        subject.seats.update(signed_at=last_act(subject))
        super().try_to(subject, **by)


class AwardTransition(TransitionTest):
    machine = Award

    def make(self, source: str) -> Award:
        return AwardFactory(reach=source)

    def party(self, subject: Award) -> Organisation:
        return subject.project.buyer


class TestConfirm(AwardTransition):
    act, sources, target, roles = "confirm", ("proposed",), "confirmed", (Role.APPROVER,)
    fails_at = AND_AT_THE_END

    def through(self, subject: Award) -> None:
        actions.confirm_award(subject, **self.by(subject))


class TestPublishNotice(AwardTransition):
    act, sources, target, roles = "publish_notice", ("confirmed",), "noticed", (Role.DRAFTER, Role.APPROVER)
    fails_at = AND_AT_THE_END

    def more(self, subject: Award) -> dict[str, Any]:
        return {"given": actions.challenge_dates(subject, clock.act_time())}

    def through(self, subject: Award) -> None:
        actions.publish_result(subject, **self.by(subject), fill=NOT_SAID)
