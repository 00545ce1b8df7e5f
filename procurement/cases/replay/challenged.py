"""The acts of a case on what was asked or held against its call, and on awards that fell."""

from __future__ import annotations

from typing import Any

from procurement.accounts.models import Organisation
from procurement.awards import actions as awards
from procurement.awards import challenges, successors
from procurement.awards.enums import AwardState, ChallengeAbout, ChallengeKind, ChallengeState
from procurement.awards.models import Award
from procurement.cases.replay.script import Script, day_after, noon
from workflows import engine

UNKNOWN = "未载明"
NOT_ASSESSED = "案卷载明不影响采购结果。"


class Challenged:
    """A part of a ``Play``; it stands on the cast, the lots and the call."""

    case: Any
    cast: Any
    project: Any
    call: Any
    buyer: Any
    lots: dict[str, Any]
    as_buyer: Any
    as_org: Any
    filed: dict[int, Any]  # by place in the file

    def _challenges(self, script: Script) -> None:
        for position, entry in enumerate(self.case.challenges):
            script.add("challenge.file", lambda e=entry, p=position: self._file(e, p), entry.filed)
            script.add("challenge.decide", lambda e=entry, p=position: self._reply(e, p), entry.decided)
            after = entry.next_candidate
            if after is not None:
                script.add("award.name_next", lambda e=entry: self._name_next(e), after.named)
                script.add("award.publish_notice", lambda e=entry: self._publish_next(e), after.noticed)
                self._finalise(script, after.noticed)

    def _standing(self, lot: str) -> Award | None:
        """The award of a lot that has not been revoked."""
        rows = Award.objects.filter(lot=self.lots[lot]).exclude(state=AwardState.REVOKED)
        return rows.select_related("lot__call__project__buyer", "bid__supplier").first()

    def _challenger(self, entry: Any) -> Organisation:
        bid = next(bid for bid in self.case.bids if bid.supplier.name == entry.supplier)
        return self.cast.supplier(bid.supplier)

    def _file(self, entry: Any, position: int) -> None:
        about_result = entry.about == ChallengeAbout.RESULT
        found = challenges.file(
            self.call.fresh(),
            **self.as_org(self._challenger(entry), "supplier"),
            kind=entry.kind,
            about=entry.about,
            award=self._standing(entry.lot) if about_result else None,
            words={"claims": entry.claims, "facts": entry.facts or "", "basis": entry.basis or ""},
        )
        self.filed[position] = found
        if entry.kind == ChallengeKind.CHALLENGE and entry.may_change_result is False:
            who = self.as_buyer("officer1")
            challenges.assess(found, may_change_result=False, reason=NOT_ASSESSED, **who)

    def _reply(self, entry: Any, position: int) -> None:
        found, who = self.filed[position].fresh(), self.as_buyer("officer1")
        words = {"decision": entry.reply, "published": entry.published}
        if entry.outcome == ChallengeState.ANSWERED:
            challenges.answer(found, **words, **who)
        elif entry.outcome == ChallengeState.DISMISSED:
            challenges.dismiss(found, **words, **who)
        else:
            challenges.uphold(found, **words, changes_result=bool(entry.changes_result), **who)

    def _name_next(self, entry: Any) -> None:
        award = self._standing(entry.lot)
        if award is not None:
            successors.name_next(award, **self.as_buyer("approver"), reason=entry.next_candidate.reason)
        self.project.refresh_from_db()

    def _publish_next(self, entry: Any) -> None:
        award = self._standing(entry.lot)
        if award is not None:
            awards.publish_result(award, **self.as_buyer("drafter"), fill=UNKNOWN)
        self.project.refresh_from_db()

    def noticed(self, lot: Any) -> Any:
        """When the result of a lot that stands was published: the next candidate's, where the first one fell."""
        after = [entry.next_candidate for entry in self.case.challenges if entry.lot == lot.code]
        return next((one.noticed for one in after if one is not None), self.case.award.noticed)

    def _finalise(self, script: Script, noticed: Any) -> None:
        """The challenge period ends by itself; a replay lets it end at its own time, unless something is pending."""
        moment = noon(noticed)
        dates = awards.challenge_dates_for(self.buyer.region, moment)

        def end() -> None:
            for code in self.lots:
                award = self._standing(code)
                if award is not None and award.state == AwardState.NOTICED and _may_end(award):
                    awards.finalise(award)

        script.add("award.finalise", end, day_after(dates["challenge_until"]))
        script.at_least(moment)


def _may_end(award: Award) -> bool:
    return not engine.blockers(award.finalise, by=None)
