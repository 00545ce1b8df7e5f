"""One scene with a row of everything, made by the acts people take, and the addresses of its rows."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from procurement.awards import actions as award_actions
from procurement.awards import challenges, drawing, explaining
from procurement.awards.enums import ChallengeAbout, ChallengeKind
from procurement.awards.models import Award, Draw, Panel
from procurement.bids.models import Attachment, Bid
from procurement.calls.models import Call
from procurement.cases.replay.driver import replay
from procurement.contracts.models import Contract
from procurement.evaluation import actions as evaluation_actions
from procurement.evaluation.models import Evaluation
from procurement.opendata.ocds import issuing
from procurement.opendata.statistics import TITLES
from procurement.projects.models import Project
from tests import threads
from tests.awards import scenes
from tests.bids import rooms
from tests.common import upload_files
from tests.journeys.matrix import rows
from tests.journeys.matrix.people import People

# addresses that name no row
FIXED: dict[str, Sequence[Any]] = {
    "": (),
    "rule": ("B4",),
    "year": (2026,),
    "choice": ("theme", "large"),
    "css": ("1",),
    "feed": ("calls", "rss"),
    "year_file": (2026, "threads", "csv"),
    "figure": (next(iter(TITLES)),),
    "table": ("contracts",),
    "table_file": ("contracts", "csv"),
    **{name: (name,) for name in (
        "offers", "mandates", "mandated_calls", "splitting", "all_threads", "overdue", "irregularities", "locks",
        "logins", "role_grants", "log_checks", "exports_made", "key_uses", "safety_records",
    )},
}  # fmt: skip


class Scene:
    """``keys``: for each kind of row, what an address needs to name it."""

    def __init__(self) -> None:
        self.keys: dict[str, Sequence[Any]] = {**FIXED}
        award = self._awarded()
        self.buyer = award.lot.call.project.buyer
        lost = award.lot.bids.filter(submitted_at__isnull=False).exclude(pk=award.bid_id).order_by("pk")[0]
        need = award.lot.call.project.needs.select_related("station").get()
        self.people = People(self.buyer, award.bid.supplier, lost.supplier, need.station)
        self._challenged(award, lost)
        self._open_for_bids()
        self._draft()
        self._low_price()
        self._scoring()
        self._delivering()
        self._closed()
        self.keys |= rows.beside(self.people, self.buyer)
        self.people.log_in()

    def path(self, name: str, key: str) -> str:
        return reverse(name, args=self.keys[key])

    def _awarded(self) -> Award:
        project = threads.waiting("to-sign")
        award = Award.objects.select_related("lot__call__project__buyer", "bid__supplier").get(
            lot__call__project=project
        )
        self.keys |= {"award": (award.pk,), "awarded_call": (award.lot.call_id,), "won": (award.bid_id,)}
        return award

    def _challenged(self, award: Award, lost: Bid) -> None:
        words = {"claims": "请求重新评审。", "facts": "方案未列应急预案却得满分。", "basis": "评审标准。"}
        made = challenges.file(
            award.lot.call,
            kind=ChallengeKind.CHALLENGE,
            about=ChallengeAbout.RESULT,
            award=award,
            words=words,
            files=[SimpleUploadedFile("证据.pdf", upload_files.pdf(), "application/pdf")],
            **self.people.acting("loser"),
        )
        file = made.evidence.get().file_id
        self.keys |= {"challenge": (made.pk,), "evidence": (made.pk, file), "lost": (lost.pk,)}

    def _open_for_bids(self) -> None:
        """A draft of the later winner, with one file whole and one half sent; a sealed offer of the later loser."""
        project = threads.waiting(rooms.OPEN)
        call, lot = project.calls.get(), rooms.lot_of(project)
        writing = rooms.Room(lot, self.people.users["winner"])
        writing.save(rooms.OFFER | rooms.ANSWERS)
        assert writing.attach("方案.pdf", upload_files.pdf()).status_code == 302
        whole = Attachment.objects.get(draft__lot=lot)
        half = writing.start("大文件.pdf", b"x" * 3_000_000).json()["id"]
        sealing = rooms.Room(lot, self.people.users["loser"])
        sealing.save(rooms.OFFER | rooms.ANSWERS)
        assert sealing.seal().status_code == 302
        sealed = Bid.objects.get(lot=lot, state="submitted")
        self.keys |= {
            "lot": (lot.pk,),
            "open_call": (call.pk,),
            "draft_file": (whole.file_id,),
            "upload": (lot.pk, half),
            "piece": (lot.pk, half, 0),
            "sealed": (sealed.pk,),
            "receipt": (project.number, "receipt", sealed.pk),
        }

    def _draft(self) -> None:
        project = threads.waiting("publish")
        call = project.calls.get(state="draft")
        self.keys |= {
            "project": (project.pk,),
            "draft": (call.pk,),
            "draft_step": (call.pk, "criteria"),
            "publishing": ("call.publish", call.pk),
        }

    def _low_price(self) -> None:
        """Opened, a panel drawn and declared, every bid let in, one of them asked how it comes to its price."""
        call = scenes.opened()
        who = scenes.as_officer(call)
        prepared = drawing.prepare_draw(call, experts=2, representatives=[threads.login("officer2")], **who)
        drawing.hold_draw(prepared, **who)
        panel = Panel.objects.get(call=call)
        for seat in panel.seats.select_related("user"):
            award_actions.declare_no_conflict(panel, by=seat.user)
        scenes.let_all_in(call)
        Call.objects.filter(pk=call.pk).update(final_opened_at=call.opened_at, final_offers_until=call.opened_at)
        own = self.people.acting("winner")["organisation"]
        Bid.objects.filter(lot__call=call, supplier=own).update(price=Decimal("60000.00"))
        low = Bid.objects.select_related("lot__call__project__buyer", "lot__call__panel", "supplier").get(
            lot__call=call, supplier=own
        )
        explaining.ask(low, **who)
        self.keys |= {"low": (low.pk,), "opened_call": (call.pk,), "draw": (Draw.objects.get(panel=panel).pk,)}

    def _scoring(self) -> None:
        panel = scenes.scoring()
        self.people.seat(scenes.member(panel, 0))
        self.keys |= {"panel": (panel.pk,)}

    def _delivering(self) -> None:
        """Signed, delivered and paid; residents are asked."""
        project = threads.waiting("to-survey")
        found = Evaluation.objects.get(contract__award__lot__call__project=project)
        who = {"by": threads.login("drafter"), "organisation": project.buyer}
        if found.state == "open":
            evaluation_actions.start_collecting(found, **who)
        self.keys |= {
            "code": (evaluation_actions.make_codes(found, 1, **who)[0],),
        }

    def _closed(self) -> None:
        replay(threads.case("C1"), documents=False)
        project = Project.objects.get(case_id="C1")
        contract = Contract.objects.get(award__lot__call__project=project)
        notice = project.notices.filter(kind="result").get()
        issuing.issue(project)
        need = project.needs.get()
        self.keys |= {
            "thread": (project.number,),
            "ocid": (f"{settings.OCDS_PREFIX}-{project.number}",),
            "notice": (project.number, notice.number),
            "notice_file": (project.number, notice.number, "docx"),
            "paper": (project.number, "contract", contract.pk),
            "shared": ("notice", notice.pk),
            "number": (contract.number,),
            "organisation": (project.buyer_id,),
            "api_call": (project.calls.get().number,),
            "api_notice": (notice.number,),
            "api_need": (need.number,),
            "code_of_buyer": (project.buyer.code,),
            "contract": (contract.number,),
        }
