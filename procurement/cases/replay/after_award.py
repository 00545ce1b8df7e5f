"""The acts of a case after the award: contract, delivery, verdict, and how a thread ends early."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from procurement.awards.models import Award
from procurement.calls import actions as calls
from procurement.cases.replay.script import Script, noon
from procurement.contracts import actions as contracts
from procurement.contracts.models import Contract
from procurement.delivery import actions as delivery
from procurement.evaluation import actions as evaluation
from procurement.evaluation.models import Evaluation
from procurement.projects import actions as projects

UNKNOWN = "未载明"
NOTHING_TO_ADD = "无补充意见。"


class AfterAward:
    """The second half of a ``Play``; it stands on the first half's cast, lots and project."""

    case: Any
    cast: Any
    project: Any
    call: Any
    buyer: Any
    lots: dict[str, Any]
    contracts: dict[str, Contract]
    evaluations: dict[str, Evaluation]
    as_buyer: Any
    as_org: Any
    reasons: Any
    noticed: Any

    # contract and delivery --------------------------------------------------------------------------------
    def _contract(self, script: Script, lot: Any) -> None:
        data = lot.contract
        if data is None:
            return
        script.add("contract.draft", lambda: self._draft_contract(lot), self.noticed(lot))
        script.add("contract.sign", lambda: self._sign_contract(lot), data.signed)
        script.add(
            "contract.publish",
            lambda: delivery.publish_contract(self._contract_of(lot), **self.as_buyer("drafter"), fill=UNKNOWN),
        )
        for milestone in data.milestones:
            if milestone.on_signing:
                script.add("milestone.invoice", lambda m=milestone: self._invoice(lot, m.name))
                if milestone.paid is not None:
                    script.add("milestone.pay", lambda m=milestone: self._pay(lot, m.name), milestone.paid)
        for entry in lot.delivery:
            self._deliver(script, lot, entry)

    def _contract_of(self, lot: Any) -> Contract:
        return Contract.objects.get(pk=self.contracts[lot.code].pk)

    def _draft_contract(self, lot: Any) -> None:
        award = Award.objects.exclude(state="revoked").get(lot=self.lots[lot.code])
        rows = [
            {
                "name": m.name,
                "due": m.due,
                "percent": m.percent,
                "on_signing": m.on_signing,
                "targets": {name: str(value) for name, value in m.targets.items()},
            }
            for m in lot.contract.milestones
        ]
        contract = contracts.draft_contract(award, rows, **self.as_buyer("drafter"))
        self.contracts[lot.code] = contract
        contracts.agree(contract, **self.as_org(contract.supplier, "supplier"))

    def _sign_contract(self, lot: Any) -> None:
        contract = self._contract_of(lot)
        delivery.sign_contract(contract, **self.as_org(contract.supplier, "signatory"))
        delivery.sign_contract(contract, **self.as_buyer("signatory"))
        self.project.refresh_from_db()

    def _milestone(self, lot: Any, name: str) -> Any:
        return self._contract_of(lot).milestones.get(name=name)

    def _invoice(self, lot: Any, name: str) -> None:
        milestone = self._milestone(lot, name)
        delivery.send_invoice(milestone, **self.as_org(milestone.contract.supplier, "supplier"))

    def _pay(self, lot: Any, name: str) -> None:
        delivery.record_payment(self._milestone(lot, name), **self.as_buyer("finance"))
        self.project.refresh_from_db()

    def _deliver(self, script: Script, lot: Any, entry: Any) -> None:
        script.add("milestone.deliver", lambda: self._hand_in(lot, entry), entry.submitted)
        script.add("milestone.ask_evaluators", lambda: self._ask_evaluators(lot, entry))
        script.add("milestone.score", lambda: self._score_milestone(lot, entry))
        if entry.accepted is not None:
            script.add("milestone.accept", lambda: self._accept(lot, entry), entry.accepted)
            script.add("milestone.invoice", lambda: self._invoice(lot, entry.milestone))
            if entry.paid is not None:
                script.add("milestone.pay", lambda: self._pay(lot, entry.milestone), entry.paid)

    def _hand_in(self, lot: Any, entry: Any) -> None:
        milestone = self._milestone(lot, entry.milestone)
        actual = {name: Decimal(str(value)) for name, value in entry.actual.items()}
        delivery.deliver(milestone, actual, **self.as_org(milestone.contract.supplier, "supplier"))

    def _evaluators(self, entry: Any) -> list[Any]:
        return [self.cast.evaluator(position) for position in range(1, len(entry.scores) + 1)]

    def _ask_evaluators(self, lot: Any, entry: Any) -> None:
        milestone = self._milestone(lot, entry.milestone)
        delivery.ask_evaluators(milestone, self._evaluators(entry), **self.as_buyer("drafter"))

    def _score_milestone(self, lot: Any, entry: Any) -> None:
        milestone = self._milestone(lot, entry.milestone)
        for user, score in zip(self._evaluators(entry), entry.scores, strict=True):
            delivery.score_milestone(milestone, score, by=user)

    def _accept(self, lot: Any, entry: Any) -> None:
        delivery.accept(
            self._milestone(lot, entry.milestone),
            **self.as_buyer("approver"),
            service_users=entry.users_on_acceptance,
            opinion=UNKNOWN,
            fill=UNKNOWN,
        )

    # verdict and end --------------------------------------------------------------------------------------
    def _evaluation(self, script: Script, lot: Any) -> None:
        if lot.evaluation is None:
            return
        payments = [noon(e.paid) for other in self.case.lots for e in other.delivery if e.paid is not None]
        payments += [
            noon(m.paid)
            for other in self.case.lots
            if other.contract is not None
            for m in other.contract.milestones
            if m.paid is not None
        ]
        last = max(payments) if payments else None
        script.add("evaluation.open", lambda: self._open_evaluation(lot), last)
        script.add("evaluation.collect", lambda: self._collect(lot))
        script.add("evaluation.compute", lambda: self._compute(lot))
        script.add("evaluation.publish", lambda: self._publish_verdict(lot))

    def _verdict(self, lot: Any) -> Evaluation:
        return Evaluation.objects.get(pk=self.evaluations[lot.code].pk)

    def _open_evaluation(self, lot: Any) -> None:
        data = lot.evaluation
        drafter = self.as_buyer("drafter")
        self.evaluations[lot.code] = evaluation.open_evaluation(
            self._contract_of(lot),
            **drafter,
            population=data.population,
            stations=[self.cast.station(s.name, self.buyer.region) for s in data.stations],
            weights=data.weights,
        )
        evaluation.start_collecting(self.evaluations[lot.code], **drafter, reasons=self.reasons())

    def _collect(self, lot: Any) -> None:
        data, found = lot.evaluation, self._verdict(lot)
        for rating in data.stations:
            station = self.cast.station(rating.name, self.buyer.region)
            evaluation.rate_as_station(found, rating.score, **self.as_org(station, "station"))
        evaluation.score_as_buyer(found, data.buyer_score, **self.as_buyer("approver"))
        evaluation.bring_in_answers(found, data.answers, data.not_residents, **self.as_buyer("drafter"))

    def _compute(self, lot: Any) -> None:
        evaluation.compute(self._verdict(lot), **self.as_buyer("drafter"))

    def _publish_verdict(self, lot: Any) -> None:
        found = self._verdict(lot)
        evaluation.report(found, **self.as_buyer("drafter"))
        evaluation.reply(found, NOTHING_TO_ADD, **self.as_org(found.contract.supplier, "supplier"))
        evaluation.publish(found, **self.as_buyer("approver"))
        self.project.refresh_from_db()

    def _end(self, script: Script) -> None:
        ends = self.case.ends
        if ends is None:
            return
        run = self._fail if ends.state == "failed" else self._terminate
        script.add(f"project.{'fail' if ends.state == 'failed' else 'terminate'}", run, ends.date)

    def _fail(self) -> None:
        calls.fail_call(self.call, **self.as_buyer("approver"), reason=self.case.ends.reason, fill=UNKNOWN)
        self.project.refresh_from_db()

    def _terminate(self) -> None:
        who, reason = self.as_buyer("approver"), self.case.ends.reason
        alive = [c for c in self.contracts.values() if c.fresh().state not in ("completed", "terminated")]
        for contract in alive:
            delivery.terminate_contract(contract.fresh(), **who, reason=reason, fill=UNKNOWN)
        self.project.refresh_from_db()
        if self.project.state == "terminated":
            return
        if self.call is not None and self.call.fresh().state in ("draft", "published", "opened"):
            calls.cancel_call(self.call, **who, reason=reason, fill=UNKNOWN)
            self.project.refresh_from_db()
        projects.terminate(self.project, **who, reason=reason, fill=UNKNOWN)
