"""The acts of a case, stage by stage, written as a script. Only a replay dates acts; then its thread is brought in."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from procurement.accounts.models import Organisation
from procurement.awards import actions as awards
from procurement.awards.models import Award, Challenge
from procurement.bids import actions as bids
from procurement.bids import opening
from procurement.bids.enums import STILL_IN, BidState, Round
from procurement.bids.models import Bid
from procurement.calls import actions as calls
from procurement.calls.enums import WITH_FINAL_OFFERS, CriterionKind, SmePolicy
from procurement.calls.models import Lot
from procurement.cases.replay.after_award import UNKNOWN, AfterAward
from procurement.cases.replay.cast import Cast
from procurement.cases.replay.challenged import Challenged
from procurement.cases.replay.script import Script, noon
from procurement.common.models import next_number
from procurement.contracts.models import Contract
from procurement.evaluation.models import Evaluation
from procurement.needs.models import Need
from procurement.projects import actions as projects
from procurement.projects.enums import NegativeItem
from procurement.projects.models import BudgetLine, CatalogueItem
from procurement.rules.models import RuleVersion
from workflows import engine

NOT_IN_RECORD = "not in the record"
# what a record says of no factor in particular, as a call must say it of each (S3)
STANDARD_RULES = {
    CriterionKind.PRICE: "最低有效报价 ÷ 本报价 × 权重。",
    CriterionKind.QUANTITY: "承诺数量 ÷ 最高承诺数量 × 权重。",
    CriterionKind.JUDGED: "由评审小组按响应文件的完整性、针对性和可行性在权重范围内打分。",
}
# what a live notice must say (N1) and a case file leaves to the record
GENERAL_CONDITIONS = "符合《中华人民共和国政府采购法》第二十二条规定，依法登记的社会组织或其他供应商。"
WARNINGS_WITH_REASON = ("W6", "W9", "E1")


class Play(Challenged, AfterAward):
    """One case on stage. ``script()`` is what will be done; the attributes are what has come of it."""

    def __init__(self, case: Any, cast: Cast, *, live: bool = False) -> None:
        self.case = case
        self.cast = cast
        self.live = live
        self.needs: list[Need] = []
        self.project: Any = None  # the Project, once it is formed
        self.call: Any = None  # the Call, once it is drafted
        self.lots: dict[str, Lot] = {}
        self.contracts: dict[str, Contract] = {}
        self.evaluations: dict[str, Evaluation] = {}
        self.filed: dict[int, Challenge] = {}
        self.notes: list[dict[str, str]] = []  # today's rules that were not in force yet: not asked, but told

    # who acts ---------------------------------------------------------------------------------------------
    @property
    def buyer(self) -> Organisation:
        return self.cast.buyer(self.case.buyer)

    def as_buyer(self, part: str) -> dict[str, Any]:
        return {"by": self.cast.staff(self.buyer, part), "organisation": self.buyer}

    def as_org(self, organisation: Organisation, part: str) -> dict[str, Any]:
        return {"by": self.cast.staff(organisation, part), "organisation": organisation}

    def reasons(self) -> dict[str, str]:
        missing = {} if self.live else dict.fromkeys(WARNINGS_WITH_REASON, NOT_IN_RECORD)
        return missing | dict(self.case.reasons)

    def note(self, act: str, later: Iterable[RuleVersion]) -> None:
        """Remembers rules that an act was not judged by, because they came after it; each once."""
        known = {(note["rule"], note["message"]) for note in self.notes}
        for version in later:
            message = _("Not applied: in force from %(day)s.") % {"day": version.effective_from.isoformat()}
            name = f"{version.rule} {version.variant}".strip()
            if (name, message) not in known:
                known.add((name, message))
                self.notes.append({"act": act, "rule": name, "article": version.article, "message": message})

    # the script -------------------------------------------------------------------------------------------
    def script(self) -> Script:
        script = Script()
        self._needs(script)
        self._project(script)
        if self.case.call is not None:
            self._call(script)
            for position, entry in enumerate(self.case.bids):
                self._bid(script, position, entry)
            if self.case.call.opened is not None:
                self._opening(script)
            if self.case.award is not None:
                self._scoring(script)
                self._award(script)
            self._challenges(script)
            if self.case.award is not None:
                for lot in self.case.lots:
                    self._contract(script, lot)
                for lot in self.case.lots:
                    self._evaluation(script, lot)
        self._end(script)
        return script

    def _needs(self, script: Script) -> None:
        for data in self.case.needs:
            script.add("need.submit", lambda data=data: self._raise_need(data), data.raised)

    def _raise_need(self, data: Any) -> None:
        station = self.cast.station(data.station, self.buyer.region)
        who = self.as_org(station, "station")
        prefix = f"XQ-{self.buyer.region or '000000'}-{data.raised.year}-"
        need = Need(
            number=f"{prefix}{next_number(prefix):05d}",
            title=data.title,
            text=data.text,
            station=station,
            addressed_to=self.buyer,
            raised_on=data.raised,
            supporters=data.supporters,
            imported=not self.live,
        )
        engine.begin(need, **who)
        engine.perform(need.submit, **who)
        engine.perform(need.screen, **self.as_buyer("drafter"))
        self.needs.append(need)

    def _project(self, script: Script) -> None:
        data = self.case.project
        script.add("project.form", self._form_project, None if self.case.needs else data.approved)
        script.add(
            "project.approve",
            lambda: projects.approve(self.project, **self.as_buyer("approver")),
            data.approved,
        )
        if data.intended is not None:
            script.add(
                "project.publish_intent",
                lambda: projects.publish_intent(self.project, **self.as_buyer("drafter"), fill=UNKNOWN),
                data.intended,
            )

    def _form_project(self) -> None:
        data, buyer = self.case.project, self.buyer
        item, _made = CatalogueItem.objects.get_or_create(organisation=buyer, name=data.catalogue_item)
        line, _made = BudgetLine.objects.select_for_update().get_or_create(
            organisation=buyer,
            year=data.approved.year,
            name=data.catalogue_item,
            fund_source=data.fund_source,
            defaults={"amount": Decimal(0)},
        )
        # what the file does not say: the buyer had this much budgeted (W5)
        line.amount += max(data.budget - line.left(), Decimal(0))
        line.save(update_fields=["amount"])
        start, end = data.term
        self.project = projects.form_project(
            **self.as_buyer("drafter"),
            needs=self.needs,
            title=self.case.title,
            summary=self.case.title,
            domain=data.domain,
            delivery_mode=data.delivery_mode,
            fund_source=data.fund_source,
            budget=data.budget,
            catalogue_item=item,
            budget_line=line,
            term_start=start,
            term_end=end,
            beneficiaries=data.beneficiaries,
            case_id=self.case.case,
            imported=not self.live,
        )
        projects.tick_negative_list(self.project, list(NegativeItem), **self.as_buyer("drafter"))

    def _call(self, script: Script) -> None:
        data = self.case.call
        script.add("call.draft", self._draft_call)
        script.add(
            "call.publish",
            lambda: calls.publish_call(self.call, **self.as_buyer("approver"), fill=UNKNOWN, reasons=self.reasons()),
            data.published,
        )

    def _draft_call(self) -> None:
        data = self.case.call
        approval = data.approval
        self.call = calls.draft_call(
            self.project,
            **self.as_buyer("drafter"),
            method=data.method,
            ceiling=data.ceiling,
            deadline=data.deadline,
            documents_until=noon(data.documents_until) if data.documents_until is not None else None,
            approval_number=approval.number if approval else "",
            approval_date=approval.date if approval else None,
            urgent_reason=data.urgent_reason or "",
            sme_policy=SmePolicy.POLICY,
            low_price_rates={name: str(value) for name, value in (data.low_price_rates or {}).items()},
            requirements=self.case.title,
            qualifications=GENERAL_CONDITIONS if self.live else "",
            criteria=[
                {
                    "code": criterion.code,
                    "name": criterion.name,
                    "kind": criterion.kind,
                    "weight": criterion.weight,
                    "rule": criterion.rule or STANDARD_RULES[CriterionKind(criterion.kind)],
                }
                for criterion in data.criteria
            ],
            lots=[{"code": lot.code, "name": lot.name, "ceiling": lot.ceiling} for lot in self.case.lots],
        )
        self.lots = {lot.code: lot for lot in self.call.lots.all()}

    # bids and opening -------------------------------------------------------------------------------------
    def _bid(self, script: Script, position: int, entry: Any) -> None:
        script.add("bid.submit", lambda: self._submit(entry), entry.submitted)
        if entry.withdrawn is not None:
            script.add("bid.withdraw", lambda: self._withdraw(entry), entry.withdrawn)

    def _offer(self, entry: Any, price: Decimal | None) -> dict[str, Any]:
        return bids.offer(price, dict(entry.quantities))

    def _first_price(self, entry: Any) -> Decimal | None:
        if self.case.call.method in WITH_FINAL_OFFERS and entry.first_price is not None:
            return entry.first_price
        return entry.price

    def _submit(self, entry: Any) -> None:
        supplier = self.cast.supplier(entry.supplier)
        who = self.as_org(supplier, "supplier")
        bids.submit_bid(self.lots[entry.lot], self._offer(entry, self._first_price(entry)), **who)

    def _bid_of(self, entry: Any) -> Bid | None:
        return Bid.objects.filter(lot=self.lots[entry.lot], supplier=self.cast.supplier(entry.supplier)).first()

    def _withdraw(self, entry: Any) -> None:
        bid = self._bid_of(entry)
        if bid is not None:
            bids.withdraw_bid(bid, **self.as_org(bid.supplier, "supplier"))

    def _living_entries(self) -> list[tuple[Any, Bid]]:
        """Entries whose bid was handed in and not withdrawn; one per bid, the last that was handed in."""
        found = {}
        for entry in self.case.bids:
            bid = self._bid_of(entry)
            if bid is not None and bid.state not in (BidState.DRAFT, BidState.WITHDRAWN):
                found[bid.pk] = (entry, bid)
        return list(found.values())

    def _opening(self, script: Script) -> None:
        for lot in self.case.lots:
            if lot.fails:
                script.add(
                    "lot.fail",
                    lambda lot=lot: awards.fail_lot(self.lots[lot.code], **self.as_buyer("approver"), reason=lot.fails),
                    self.case.call.opened,
                )
        script.add("call.open", lambda: self._confirm_opening(Round.FIRST), self.case.call.opened)
        if self.case.panel:
            script.add("panel.draw", self._draw_panel)
        script.add("bid.qualify", self._qualify)

    def _confirm_opening(self, round_: str) -> None:
        for officer in ("officer1", "officer2"):
            opening.confirm_opening(self.call, **self.as_buyer(officer), round_=round_)
        self.call.refresh_from_db()
        self.project.refresh_from_db()

    def _draw_panel(self) -> None:
        members = [
            (self.cast.panel_member(position, member.name), member.role)
            for position, member in enumerate(self.case.panel, start=1)
        ]
        panel = awards.draw_panel(self.call, members, **self.as_buyer("officer1"))
        for user, _role in members:
            awards.declare_no_conflict(panel, by=user)

    def _qualify(self) -> None:
        officer = self.as_buyer("officer1")
        for entry, bid in self._living_entries():
            if bid.state != BidState.OPENED:
                continue
            if entry.rejected:
                bids.reject_bid(bid, **officer, reason=entry.rejected)
            else:
                bids.qualify_bid(bid, **officer)

    def _final_offers(self) -> None:
        from workflows.clock import act_time

        opening.invite_final_offers(self.call, **self.as_buyer("officer1"), until=act_time())
        for entry, bid in self._living_entries():
            if bid.state == BidState.QUALIFIED:
                who = self.as_org(bid.supplier, "supplier")
                bids.offer_final(bid, self._offer(entry, entry.price), **who)
        self._confirm_opening(Round.FINAL)

    # scoring and award ------------------------------------------------------------------------------------
    def _scoring(self, script: Script) -> None:
        if self.case.call.method in WITH_FINAL_OFFERS:
            script.add("call.open_final_offers", self._final_offers)
        script.add("bid.settle_low_price", self._low_prices)
        script.add("panel.start_scoring", lambda: awards.start_scoring(self._panel(), **self.as_buyer("officer1")))
        script.add("panel.score", self._score)
        script.add("panel.sign", self._sign)

    def _panel(self) -> Any:
        from procurement.awards.models import Panel
        from workflows.errors import TransitionBlocked
        from workflows.reasons import Reason

        panel = Panel.objects.filter(call=self.call).first()
        if panel is None:
            raise TransitionBlocked([Reason("the case names no panel", code="panel")], act="panel.draw")
        return panel

    def _low_prices(self) -> None:
        for entry, bid in self._living_entries():
            words = entry.low_price_explanation
            if words is not None and bid.state in STILL_IN:
                awards.settle_low_price(
                    bid, accepted=words.accepted, explanation=words.text, **self.as_buyer("officer1")
                )

    def _score(self) -> None:
        panel = self._panel()
        members = [self.cast.panel_member(position, m.name) for position, m in enumerate(self.case.panel, start=1)]
        sheets = {lot.code: lot.sheets for lot in self.case.lots}
        for entry, bid in self._living_entries():
            given = (sheets[entry.lot] or {}).get(entry.supplier.name)
            if bid.state not in STILL_IN or given is None:
                continue
            for position, member in enumerate(members):
                points = {code: scores[position] for code, scores in given.items()}
                awards.save_scores(panel, bid, points, by=member)

    def _sign(self) -> None:
        panel = self._panel()
        for position, member in enumerate(self.case.panel, start=1):
            awards.sign_report(panel, by=self.cast.panel_member(position, member.name), reasons=self.reasons())

    def _awards(self) -> list[Award]:
        return list(Award.objects.filter(lot__call=self.call).select_related("lot", "bid").order_by("lot_id"))

    def _award(self, script: Script) -> None:
        data = self.case.award
        script.add("award.confirm", self._confirm_awards, data.decided)
        if data.noticed is not None:
            script.add("award.publish_notice", self._publish_results, data.noticed)
            self._finalise(script, data.noticed)

    def _confirm_awards(self) -> None:
        for award in self._awards():
            awards.confirm_award(award, **self.as_buyer("approver"))
        self.project.refresh_from_db()

    def _publish_results(self) -> None:
        for award in self._awards():
            awards.publish_result(award, **self.as_buyer("drafter"), fill=UNKNOWN)
