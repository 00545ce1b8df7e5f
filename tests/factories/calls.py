from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import factory

from procurement.accounts.enums import Role
from procurement.accounts.models import Organisation
from procurement.awards.models import Award
from procurement.bids import opening
from procurement.calls import actions, questions
from procurement.calls.enums import CriterionKind, Method, SmePolicy
from procurement.calls.models import Call, Question
from procurement.projects.models import Project
from tests.factories.accounts import OrganisationFactory, who
from tests.factories.clock import acting
from tests.factories.projects import NOT_SAID, REASON, ProjectFactory
from tests.factories.staged import StagedFactory
from workflows import clock

CRITERIA = (
    {"code": "P", "name": "价格", "kind": CriterionKind.PRICE, "weight": 20, "rule": ""},
    {"code": "S", "name": "服务方案", "kind": CriterionKind.JUDGED, "weight": 70, "rule": "按方案的完整性打分。"},
    {"code": "H", "name": "承诺服务时长", "kind": CriterionKind.QUANTITY, "weight": 10, "rule": "按时长比例。"},
)
TIME_TO_BID = timedelta(days=14)
BIDDERS = 2


def publish(call: Call) -> None:
    with acting(call):
        actions.publish_call(call, **who(call.project.buyer, Role.APPROVER), fill=NOT_SAID)


def confirm_opening(call: Call, round_: str = "first", at: datetime | None = None) -> None:
    """Both officers, as soon as the deadline (or ``at``, the end of the final round) has passed."""
    with acting(call, at=at or call.deadline):
        for number in (1, 2):
            opening.confirm_opening(call, **who(call.project.buyer, Role.OFFICER, number), round_=round_)


def open_call(call: Call) -> None:
    """Opens the envelopes; where fewer than two have bid, others bid first."""
    from tests.factories.bids import BidFactory

    lot = call.lots.get()
    for _missing in range(BIDDERS - lot.bids.filter(state="submitted").count()):
        BidFactory(lot=lot, sealed=True)
    confirm_opening(call)


def conclude(call: Call) -> None:
    from tests.factories.awards import AwardFactory, PanelFactory

    PanelFactory(call=call, signed=True)
    AwardFactory.advance(Award.objects.get(lot__call=call), "noticed")


def fail(call: Call) -> None:
    with acting(call, at=call.deadline):
        actions.fail_call(call, **who(call.project.buyer, Role.APPROVER), reason=REASON, fill=NOT_SAID)


def cancel(call: Call) -> None:
    with acting(call):
        actions.cancel_call(call, **who(call.project.buyer, Role.APPROVER), reason=REASON, fill=NOT_SAID)


class CallFactory(StagedFactory):
    """By the buyer's own rule unless ``method`` says otherwise: one lot, one offer a bidder."""

    class Meta:
        model = Call

    class Params:
        published = factory.Trait(reach="published")
        opened = factory.Trait(reach="opened")
        concluded = factory.Trait(reach="concluded")
        failed = factory.Trait(reach="failed")
        cancelled = factory.Trait(reach="cancelled")

    project = factory.SubFactory(ProjectFactory, approved=True)
    method = Method.OWN_RULE
    ceiling = factory.SelfAttribute("project.budget")
    sme_policy = SmePolicy.POLICY
    requirements = "暑期托管，每周五天。"
    criteria = CRITERIA

    _way = {
        "published": ("draft", publish),
        "opened": ("published", open_call),
        "concluded": ("opened", conclude),
        "failed": ("published", fail),
        "cancelled": ("draft", cancel),
    }

    @classmethod
    def begin(cls, *, project: Project, criteria: Any, ceiling: Decimal, **fields: Any) -> Call:
        with acting(project):
            fields.setdefault("deadline", clock.act_time() + TIME_TO_BID)
            return actions.draft_call(
                project, **who(project.buyer, Role.DRAFTER), criteria=criteria, ceiling=ceiling, **fields
            )


def reply(question: Question) -> None:
    with acting(question):
        questions.answer(question, "周一至周五。", **who(question.call.project.buyer, Role.DRAFTER))


class QuestionFactory(StagedFactory):
    """A supplier's question on a published call."""

    class Meta:
        model = Question

    class Params:
        answered = factory.Trait(reach="answered")

    call = factory.SubFactory(CallFactory, published=True)
    supplier = factory.SubFactory(OrganisationFactory, supplier=True)

    _way = {"asked": ("", lambda question: None), "answered": ("asked", reply)}

    @classmethod
    def begin(cls, *, call: Call, supplier: Organisation) -> Question:
        with acting(call):
            return questions.ask(call, "每天服务几个小时？", **who(supplier, Role.SUPPLIER))
