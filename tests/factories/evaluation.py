from __future__ import annotations

from decimal import Decimal
from typing import Any

import factory

from procurement.accounts.enums import Role
from procurement.contracts.models import Contract
from procurement.evaluation import actions
from procurement.evaluation.models import Evaluation
from tests.factories.accounts import OrganisationFactory, who
from tests.factories.clock import acting
from tests.factories.contracts import ContractFactory
from tests.factories.staged import StagedFactory

ANSWERS = {"need_fit": [30, 10, 2, 0, 0], "overall": [28, 12, 2, 0, 0]}  # how many said 5, 4, 3, 2, 1


def drafter(evaluation: Evaluation) -> dict[str, Any]:
    return who(evaluation.contract.buyer, Role.DRAFTER)


def start_collecting(evaluation: Evaluation) -> None:
    with acting(evaluation):
        actions.start_collecting(evaluation, **drafter(evaluation))


def collect(evaluation: Evaluation) -> None:
    """Residents answer, the station and the buyer score."""
    with acting(evaluation):
        actions.bring_in_answers(evaluation, ANSWERS, 0, **drafter(evaluation))
        for rating in evaluation.station_ratings.select_related("station"):
            actions.rate_as_station(evaluation, Decimal(92), **who(rating.station, Role.STATION))
        actions.score_as_buyer(evaluation, Decimal(90), **who(evaluation.contract.buyer, Role.APPROVER))


def compute(evaluation: Evaluation) -> None:
    collect(evaluation)
    evaluation.refresh_from_db()
    with acting(evaluation):
        actions.compute(evaluation, **drafter(evaluation))


def report(evaluation: Evaluation) -> None:
    with acting(evaluation):
        actions.report(evaluation, **drafter(evaluation))


def reply(evaluation: Evaluation) -> None:
    with acting(evaluation):
        actions.reply(evaluation, "无补充意见。", **who(evaluation.contract.supplier, Role.SUPPLIER))


def publish(evaluation: Evaluation) -> None:
    """After the supplier's reply."""
    if evaluation.replied_at is None:
        reply(evaluation)
    with acting(evaluation):
        actions.publish(evaluation, **who(evaluation.contract.buyer, Role.APPROVER))


class EvaluationFactory(StagedFactory):
    """The verdict on a completed contract, one station asked."""

    class Meta:
        model = Evaluation

    class Params:
        collecting = factory.Trait(reach="collecting")
        computed = factory.Trait(reach="computed")
        reported = factory.Trait(reach="reported")
        published = factory.Trait(reach="published")

    contract = factory.SubFactory(ContractFactory, completed=True)
    population = 50
    stations: Any = ()

    _way = {
        "collecting": ("open", start_collecting),
        "computed": ("collecting", compute),
        "reported": ("computed", report),
        "published": ("reported", publish),
    }

    @classmethod
    def begin(cls, *, contract: Contract, population: int, stations: Any) -> Evaluation:
        stations = list(stations) or [OrganisationFactory(station=True)]
        with acting(contract):
            return actions.open_evaluation(
                contract, **who(contract.buyer, Role.DRAFTER), population=population, stations=stations
            )
