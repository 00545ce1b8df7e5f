"""One thread's public rows, read once: a fixed number of queries, whatever happened in it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from procurement.awards.models import Award, Challenge
from procurement.bids.models import Bid
from procurement.calls.models import Call, Correction, Criterion, Lot, Question
from procurement.contracts.models import Amendment, Contract, InstalmentChange
from procurement.delivery.models import Milestone
from procurement.evaluation.enums import EvaluationState
from procurement.evaluation.models import Evaluation
from procurement.opendata.ocds import terms
from procurement.projects.models import Notice, Project
from workflows.models import TransitionLog


class Facts:
    """What is public of a thread now. Sealed bids, unpublished results and rehearsals are not even read."""

    def __init__(self, project: Project) -> None:
        self.project, self.ocid = project, terms.ocid_of(project.number)
        self.needs = list(project.needs.select_related("station").order_by("pk"))
        self.notices = list(Notice.objects.filter(project=project).order_by("published_at", "pk"))
        self.calls = list(Call.objects.filter(project=project, published_at__isnull=False).order_by("published_at"))
        self.lots = list(Lot.objects.filter(call__in=self.calls).order_by("pk"))
        self.criteria = list(Criterion.objects.filter(call__in=self.calls).order_by("call", "position"))
        self.questions = list(
            Question.objects.filter(call__in=self.calls, answered_at__isnull=False)
            .order_by("answered_at", "pk")
            .defer("supplier", "asked_by")  # who asked is not even read
        )
        self.corrections = list(Correction.objects.filter(call__in=self.calls).order_by("published_at", "pk"))
        self.bids = list(
            Bid.objects.filter(lot__in=self.lots, opened_at__isnull=False).select_related("supplier").order_by("pk")
        )
        self.awards = list(
            Award.objects.filter(lot__in=self.lots, noticed_at__isnull=False)
            .select_related("bid__supplier", "lot__call")
            .order_by("noticed_at", "pk")
        )
        self.challenges = list(
            Challenge.objects.filter(call__in=self.calls)
            .order_by("filed_at", "pk")
            .select_related("against")
            .defer("supplier", "filed_by", "claims", "facts", "basis", "decision")  # who and why is not even read
        )
        self._read_contracts()

    def _read_contracts(self) -> None:
        """What became of the awards."""
        self.contracts = list(
            Contract.objects.filter(award__in=self.awards, signed_at__isnull=False, published_at__isnull=False)
            .select_related("award__bid__supplier", "award__lot")
            .order_by("published_at", "pk")
        )
        self.milestones = list(
            Milestone.objects.filter(contract__in=self.contracts)
            .select_related("instalment", "payment", "acceptance", "contract__award__bid__supplier")
            .prefetch_related("deliverables")
            .order_by("contract", "position")
        )
        self.evaluations = list(
            Evaluation.objects.filter(contract__in=self.contracts, state=EvaluationState.PUBLISHED)
            .select_related("survey", "contract__award")
            .order_by("published_at", "pk")
        )
        self.amendments = list(
            Amendment.objects.filter(contract__in=self.contracts, published_at__isnull=False).prefetch_related("rows")
        )
        self.moves = list(
            TransitionLog.objects.filter(
                subject_type="contracts.contract", subject_id__in=[contract.pk for contract in self.contracts]
            ).order_by("subject_id", "sequence")
        )

    def moves_of(self, contract: Contract) -> list[TransitionLog]:
        """What moved a contract from state to state, in order."""
        return [row for row in self.moves if row.subject_id == contract.pk]

    def milestone_of(self, change: InstalmentChange) -> Milestone | None:
        """The milestone a supplement's row moves or adds."""
        return next(
            (
                row
                for row in self.milestones
                if row.instalment_id == change.instalment_id
                or (row.instalment.amendment_id == change.amendment_id and row.name == change.name)
            ),
            None,
        )

    def lots_of(self, call: Call) -> list[Lot]:
        return [lot for lot in self.lots if lot.call_id == call.pk]

    def divided(self, call: Call) -> bool:
        """Whether the call is in lots; one without has a single lot with no code."""
        return any(lot.code for lot in self.lots_of(call))

    def bids_of(self, call: Call) -> list[Bid]:
        ids = {lot.pk for lot in self.lots_of(call)}
        return [bid for bid in self.bids if bid.lot_id in ids]

    def notices_of(self, *kinds: str, number: str = "") -> list[dict[str, Any]]:
        """The statutory notices of a kind as documents; with ``number``, those that name it or name none."""
        return [
            self.notice(found)
            for found in self.notices
            if found.kind in kinds and (not number or found.fields.get("number", number) == number)
        ]

    def notice(self, notice: Notice) -> dict[str, Any]:
        return {
            "id": notice.number,
            "documentType": terms.NOTICE_TYPES.get(notice.kind),  # type: ignore[call-overload] # a code is its text
            "title": terms.words(notice.title),
            "url": terms.address(reverse("notice", args=[self.project.number, notice.number])),
            "datePublished": terms.moment(notice.published_at),
            "format": "text/html",
            "language": "zh",
        }

    def paper(self, kind: str, row: Any, document_type: str, title: str) -> dict[str, Any]:
        """A paper of the thread as PDF, at the address where everybody may open it."""
        return {
            "id": f"{kind}-{row.pk}",
            "documentType": document_type,
            "title": title,
            "url": terms.address(reverse("paper", args=[self.project.number, kind, row.pk])),
            "format": "application/pdf",
            "language": "zh",
        }
