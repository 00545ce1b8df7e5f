"""A thread as its eight knots: when, what, which papers. Shows only what is public at that moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from procurement.awards.enums import AwardState
from procurement.awards.models import Award, Challenge
from procurement.bids.models import Bid
from procurement.calls.models import Call
from procurement.common import thread
from procurement.common.money import in_words, yuan
from procurement.contracts.enums import ContractState
from procurement.contracts.models import Amendment, Contract
from procurement.delivery.models import Acceptance, Milestone
from procurement.evaluation.models import Evaluation
from procurement.opendata import papers
from procurement.projects.models import Notice, Project


def _day(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d}" if moment else ""


def _span(*moments: datetime | None) -> str:
    return " → ".join(dict.fromkeys(_day(moment) for moment in moments if moment))


class Timeline:
    """Reads a thread once. ``readable``: kind and row of the papers this reader may open, in order."""

    def __init__(self, project: Project, readable: list[tuple[str, Any]]) -> None:
        self.project, self._papers = project, readable
        self.calls = list(Call.objects.filter(project=project).exclude(state="draft").order_by("pk"))
        self.awards = list(
            Award.objects.filter(lot__call__project=project, noticed_at__isnull=False)
            .exclude(state="revoked")
            .select_related("bid__supplier", "lot__call__project")
            .order_by("lot")
        )
        self.contracts = list(
            Contract.objects.filter(award__in=self.awards, signed_at__isnull=False)
            .select_related("award__bid__supplier", "award__lot__call__project__buyer")
            .order_by("pk")
        )
        self.amendments = list(
            Amendment.objects.filter(contract__in=self.contracts, state="published").select_related("contract")
        )
        self.milestones = list(
            Milestone.objects.filter(contract__in=self.contracts)
            .select_related("payment")
            .order_by("contract", "position")
        )
        self.evaluations = list(
            Evaluation.objects.filter(contract__in=self.contracts, state="published").select_related("contract")
        )
        self.challenges = list(Challenge.objects.filter(call__project=project).order_by("filed_at", "pk"))
        self.needs = list(project.needs.select_related("station"))
        self.notices = list(Notice.objects.filter(project=project).order_by("published_at"))

    @property
    def paid(self) -> Any:
        return sum((m.payment.amount for m in self.milestones if hasattr(m, "payment")), start=0)

    @property
    def amount(self) -> Any:
        return sum((contract.amount for contract in self.contracts), start=0)

    @property
    def paid_share(self) -> int:
        """How much of the contract amount is paid, in whole percent."""
        return int(self.paid * 100 / self.amount) if self.amount else 0

    @property
    def suppliers(self) -> list[str]:
        return [award.bid.supplier.name for award in self.awards]

    @property
    def reached(self) -> str:
        """The last living state of a thread that ended early."""
        for found, state in ((self.contracts, "delivering"), (self.awards, "awarded"), (self.calls, "tendering")):
            if found:
                return state
        return "approved" if self.project.approved_at else "formed"

    def _documents(self, knot: int) -> list[dict[str, str]]:
        number = self.project.number
        links = [
            {
                "label": f"{papers.LABELS[kind]}{self._which(kind, row)}",
                "url": reverse("paper", args=[number, kind, row.pk]),
            }
            for kind, row in self._papers
            if papers.KNOTS[kind] == knot
        ]
        kinds = {
            1: ("intent", "single_source"),
            2: ("call", "correction"),
            3: ("result",),
            4: ("contract", "contract_change"),
            6: ("acceptance",),
        }
        return links + [
            {"label": notice.get_kind_display(), "url": reverse("notice", args=[number, notice.number])}
            for notice in self.notices
            if notice.kind in kinds.get(knot, ())
        ]

    def _which(self, kind: str, row: Any) -> str:
        several = sum(found == kind for found, _row in self._papers) > 1
        return f" · {getattr(row, 'name', None) or row}" if several else ""

    def entries(self) -> list[dict[str, Any]]:
        makers = (
            self._need,
            self._approval,
            self._call,
            self._scoring,
            self._contract,
            self._delivery,
            self._acceptance,
            self._evaluation,
        )
        knots = thread.knots(self.project.state, self.reached)
        return [
            {"knot": knot, "documents": self._documents(index), **makers[index]()} for index, knot in enumerate(knots)
        ]

    def _need(self) -> dict[str, Any]:
        people = sum(need.supporters for need in self.needs)
        return {
            "when": str(min((need.raised_on for need in self.needs), default="")),
            "tag": ngettext("%(n)d resident", "%(n)d residents", people) % {"n": people} if people else "",
            "quotes": [{"text": need.text or need.title, "source": need.station.name} for need in self.needs[:3]],
        }

    def _approval(self) -> dict[str, Any]:
        project = self.project
        line = _("Budget %(budget)s yuan · %(fund)s · %(people)d people to be served") % {
            "budget": yuan(project.budget),
            "fund": project.get_fund_source_display(),
            "people": project.beneficiaries,
        }
        return {"when": _span(project.approved_at, project.intended_at), "lines": [line] if project.approved_at else []}

    def _call(self) -> dict[str, Any]:
        if not self.calls:
            return {}
        call, lines = self.calls[-1], []
        lines.append(
            _("%(method)s · ceiling %(ceiling)s yuan · deadline %(deadline)s")
            % {
                "method": call.get_method_display(),
                "ceiling": yuan(call.ceiling),
                "deadline": f"{timezone.localtime(call.deadline):%Y-%m-%d %H:%M}",
            }
        )
        if call.opened_at:
            count = Bid.objects.filter(lot__call=call, opened_at__isnull=False).count()
            lines.append(ngettext("%(n)d bid opened", "%(n)d bids opened", count) % {"n": count})
        if call.end_reason:
            lines.append(call.end_reason)
        return {"when": _span(call.published_at, call.opened_at), "lines": lines}

    def _scoring(self) -> dict[str, Any]:
        lines = []
        for award in self.awards:
            ranking = award.lot.bids.filter(rank__isnull=False).select_related("supplier").order_by("rank")
            lines.append(" · ".join(f"{bid.supplier.name} {bid.total}" for bid in ranking))
            lines.append(
                _("Winner: %(name)s, %(amount)s yuan. Challenges until %(until)s.")
                % {"name": award.bid.supplier.name, "amount": yuan(award.amount), "until": award.challenge_until}
            )
            if award.succeeds_id is not None:
                lines.append(_("Named as the next candidate after an upheld challenge or complaint."))
            if award.state in (AwardState.CHALLENGED, AwardState.UPHELD, AwardState.DISMISSED):
                lines.append(str(award.get_state_display()))
        return {"when": _span(*(award.noticed_at for award in self.awards)), "lines": lines}

    def _contract(self) -> dict[str, Any]:
        lines = [
            f"{contract.number} · {yuan(contract.amount)} {_('yuan')}（{in_words(contract.amount)}） · "
            f"{contract.term_start} – {contract.term_end}"
            + (f" · {contract.get_state_display()}" if contract.state == ContractState.SUSPENDED else "")
            for contract in self.contracts
        ]
        lines += [
            _("Supplement %(number)s: %(was)s → %(is)s yuan, until %(end)s")
            % {
                "number": found.number,
                "was": yuan(found.amount_was),
                "is": yuan(found.amount),
                "end": found.term_end,
            }
            for found in self.amendments
        ]
        moments = [contract.signed_at for contract in self.contracts]
        return {"when": _span(*moments, *(found.signed_at for found in self.amendments)), "lines": lines}

    def _delivery(self) -> dict[str, Any]:
        lines = []
        for milestone in self.milestones:
            parts = [milestone.name, milestone.get_state_display()]
            if milestone.score is not None:
                parts.append(_("scored %(score)s") % {"score": f"{milestone.score:.2f}"})
            if hasattr(milestone, "payment"):
                parts.append(_("paid %(amount)s yuan") % {"amount": yuan(milestone.payment.amount)})
            lines.append(" · ".join(parts))
        return {"when": _span(*(m.paid_at for m in self.milestones)), "lines": lines}

    def _acceptance(self) -> dict[str, Any]:
        rows = Acceptance.objects.filter(milestone__in=self.milestones).select_related("milestone").order_by("at")
        return {
            "when": _span(*(row.at for row in rows)),
            "lines": [
                ngettext(
                    "%(name)s: %(n)d service user took part",
                    "%(name)s: %(n)d service users took part",
                    row.service_users,
                )
                % {"name": row.milestone.name, "n": row.service_users}
                for row in rows
            ],
        }

    def _evaluation(self) -> dict[str, Any]:
        lines = [
            _("%(grade)s · %(total)s points; residents' part %(residents)s")
            % {"grade": found.grade, "total": found.total, "residents": f"{float(found.parts.get('residents', 0)):.2f}"}
            for found in self.evaluations
        ]
        replies = [
            {"text": found.statement, "source": _("the supplier")}
            for found in self.evaluations
            if found.statement.strip()
        ]
        return {"when": _span(*(found.published_at for found in self.evaluations)), "lines": lines, "quotes": replies}
