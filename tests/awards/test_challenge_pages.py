"""The pages of queries, challenges and complaints: who reads and does what, through the doors people use."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from procurement.accounts.acting import SESSION_KEY
from procurement.accounts.enums import Role
from procurement.awards import challenges
from procurement.awards.models import Award, Challenge
from procurement.bids.models import Bid
from tests import threads
from tests.awards.scenes import colleague
from tests.factories.accounts import OrganisationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]
WORDS = {"claims": "请求重新评审。", "facts": "方案未列应急预案却得满分。", "basis": ""}
REPLY = {
    "act": "reply",
    "decision": "经复核，涉及商业秘密部分：甲。",
    "published": "经复核，计分符合评审标准。",
    "sure": "on",
}


class Scene:
    """A result published three days ago: its winner, a loser, the buyer, supervisors and strangers."""

    def __init__(self) -> None:
        self.project = threads.waiting("to-sign")
        self.buyer = self.project.buyer
        self.award = Award.objects.get(lot__call__project=self.project)
        self.call = self.award.lot.call
        self.winner = self.award.bid.supplier
        lost = self.award.lot.bids.filter(submitted_at__isnull=False).exclude(pk=self.award.bid_id)
        self.lost: Bid = lost.order_by("pk")[0]
        self.other: Bid = lost.order_by("pk")[1]
        self.people = {
            "loser": colleague(self.lost.supplier, "a-loser", Role.SUPPLIER),
            "winner": colleague(self.winner, "a-winner", Role.SUPPLIER),
            "rival": colleague(self.other.supplier, "a-rival", Role.SUPPLIER),
            "bookkeeper": colleague(self.lost.supplier, "a-bookkeeper", Role.FINANCE),
            "officer": threads.login("officer1"),
            "approver": threads.login("approver"),
            "finance": threads.login("finance"),
            "stranger": colleague(OrganisationFactory(buyer=True), "a-stranger", Role.APPROVER, Role.OFFICER),
            "supervisor": colleague(
                OrganisationFactory(kind="state_organ", name="示例县财政局"), "a-boss", Role.REGULATOR
            ),
        }

    def client(self, name: str) -> Client:
        found = Client()
        found.force_login(self.people[name])
        if name in ("officer", "approver", "finance"):
            session = found.session
            session[SESSION_KEY] = self.buyer.pk
            session.save()
        return found

    def file(self, **more: Any) -> Challenge:
        given: dict[str, Any] = {"kind": "challenge", "about": f"result-{self.award.pk}", **WORDS, **more}
        answer = self.client("loser").post(f"/workspace/awards/calls/{self.call.pk}/file/", given)
        assert answer.status_code == 302, answer.content.decode()
        return Challenge.objects.latest("pk")


@pytest.fixture
def scene() -> Scene:
    return Scene()


def statuses(scene: Scene, path: str) -> dict[str, int]:
    return {name: scene.client(name).get(path).status_code for name in scene.people}


class TestWhoGetsIn:
    def test_role_by_organisation(self, scene: Scene) -> None:
        found = scene.file()
        outside = dict.fromkeys(scene.people, 404)
        assert statuses(scene, f"/workspace/awards/challenges/{found.pk}/") == outside | {
            "loser": 200, "officer": 200, "approver": 200, "supervisor": 200,
        }  # fmt: skip
        assert statuses(scene, f"/workspace/awards/results/{scene.lost.pk}/") == outside | {
            "loser": 200, "bookkeeper": 403,
        }  # fmt: skip
        assert statuses(scene, f"/workspace/awards/calls/{scene.call.pk}/file/") == outside | {
            "loser": 200, "winner": 200, "rival": 200, "bookkeeper": 403,
        }  # fmt: skip
        assert statuses(scene, f"/workspace/awards/fallen/{scene.award.pk}/") == outside | {
            "approver": 302, "officer": 403, "finance": 403,
        }  # fmt: skip
        listed = statuses(scene, "/workspace/awards/challenges/")
        assert {name for name, status in listed.items() if status == 403} == {"bookkeeper", "finance"}
        assert Client().get(f"/workspace/awards/challenges/{found.pk}/").status_code == 302

    def test_a_rival_sees_neither_the_filing_nor_the_reply(self, scene: Scene) -> None:
        scene.file()
        page = scene.client("rival").get("/workspace/awards/challenges/")
        assert WORDS["claims"] not in page.content.decode()
        assert not page.context["page"].object_list


class TestResult:
    def test_a_loser_reads_its_own_points_and_the_winners_total(self, scene: Scene) -> None:
        text = scene.client("loser").get(f"/workspace/awards/results/{scene.lost.pk}/").content.decode()
        for points in scene.lost.points.values():
            assert str(points) in text
        assert str(scene.award.bid.total) in text
        others = set(scene.award.bid.points.values()) - set(scene.lost.points.values()) - {str(scene.award.bid.total)}
        assert not [points for points in others if f">{points}<" in text]

    def test_the_winner_finds_the_award_letter_and_what_is_still_open(self, scene: Scene) -> None:
        scene.file()
        text = scene.client("winner").get(f"/workspace/awards/results/{scene.award.bid_id}/").content.decode()
        assert f"/documents/award_letter/{scene.award.pk}/" in text
        assert "T5" in text
        assert "-Z1" in text


class TestFiling:
    def test_a_challenge_without_facts_is_refused_and_what_was_typed_stays(self, scene: Scene) -> None:
        given = {"kind": "challenge", "about": f"result-{scene.award.pk}", "claims": "请求重新评审。"}
        answer = scene.client("loser").post(f"/workspace/awards/calls/{scene.call.pk}/file/", given)
        assert answer.status_code == 409
        assert "请求重新评审。" in answer.content.decode()
        assert not Challenge.objects.exists()

    def test_another_calls_award_is_no_choice(self, scene: Scene) -> None:
        given = {"kind": "challenge", "about": "result-999999", **WORDS}
        answer = scene.client("loser").post(f"/workspace/awards/calls/{scene.call.pk}/file/", given)
        assert (answer.status_code, "about" in answer.context["form"].errors) == (400, True)


class TestReplying:
    def test_dismissed_and_the_public_reads_only_the_published_part(self, scene: Scene) -> None:
        found = scene.file()
        path = f"/workspace/awards/challenges/{found.pk}/"
        assert scene.client("officer").post(path, REPLY | {"outcome": "dismiss"}).status_code == 302
        assert (found.fresh().state, scene.award.fresh().state) == ("dismissed", "dismissed")
        assert "商业秘密部分" in scene.client("loser").get(path).content.decode()
        for page in (f"/threads/{scene.project.number}/", f"/threads/{scene.project.number}/log/?page=99"):
            text = Client().get(page).content.decode()
            assert "商业秘密部分" not in text
            assert WORDS["facts"] not in text
        assert REPLY["published"] in Client().get(f"/threads/{scene.project.number}/").content.decode()

    def test_the_log_names_no_challenger(self, scene: Scene) -> None:
        found = scene.file()
        from procurement.opendata import record

        lines = [record.sentence(row, scene.project) for row in record.visible(scene.project)]
        filed = [line for line in lines if str(line["subject"]) in ("Query or challenge", "询问质疑")]
        assert [line["who"] for line in filed] == [""]
        assert all(found.supplier.name != line["who"] for line in lines[-2:])

    def test_upheld_the_award_falls_and_the_approver_has_the_panel_score_again(self, scene: Scene) -> None:
        found = scene.file()
        path = f"/workspace/awards/challenges/{found.pk}/"
        assert scene.client("officer").post(path, REPLY | {"outcome": "fall"}).status_code == 302
        assert scene.award.fresh().state == "upheld"
        remedy = f"/workspace/awards/fallen/{scene.award.pk}/"
        approver = scene.client("approver")
        assert remedy in approver.get("/workspace/").content.decode()
        assert approver.post(remedy, {"what": "again", "reason": "", "sure": "on"}).status_code == 400
        assert approver.post(remedy, {"what": "again", "reason": "质疑成立。", "sure": "on"}).status_code == 302
        assert (scene.award.fresh().state, scene.call.panel.fresh().state) == ("revoked", "declared")

    def test_others_cannot_reply_by_posting(self, scene: Scene) -> None:
        found = scene.file()
        path = f"/workspace/awards/challenges/{found.pk}/"
        assert scene.client("loser").post(path, REPLY | {"outcome": "fall"}).status_code == 403
        assert scene.client("supervisor").post(path, REPLY | {"outcome": "fall"}).status_code == 403
        assert scene.client("officer").post(path, {"act": "withdraw"}).status_code == 403
        assert scene.client("rival").post(path, {"act": "withdraw"}).status_code == 404
        assert found.fresh().state == "filed"

    def test_a_complaint_goes_to_the_supervisors(self, scene: Scene) -> None:
        found = scene.file()
        path = f"/workspace/awards/challenges/{found.pk}/"
        scene.client("officer").post(path, REPLY | {"outcome": "dismiss"})
        assert scene.client("loser").post(path, {"act": "complain", **WORDS}).status_code == 302
        complaint = Challenge.objects.get(kind="complaint")
        assert complaint.against == found
        boss = scene.client("supervisor")
        assert f"/workspace/awards/challenges/{complaint.pk}/" in boss.get("/workspace/").content.decode()
        answer = boss.post(f"/workspace/awards/challenges/{complaint.pk}/", REPLY | {"outcome": "dismiss"})
        assert (answer.status_code, complaint.fresh().state) == (302, "dismissed")


def test_the_list_asks_the_same_number_of_queries_for_one_and_for_thirty(
    scene: Scene, django_assert_max_num_queries: Any
) -> None:
    by = {"by": scene.people["loser"], "organisation": scene.lost.supplier}
    client = scene.client("officer")
    for count in (1, 29):
        for _number in range(count):
            challenges.file(scene.call, **by, kind="query", about="documents", words=WORDS)
        client.get("/workspace/awards/challenges/")
        with django_assert_max_num_queries(22):
            page = client.get("/workspace/awards/challenges/")
    assert len(page.context["page"].object_list) == 30
