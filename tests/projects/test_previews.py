"""The notice is shown before its act, as it will read and with what is missing, on the page where the act is done."""

from __future__ import annotations

import pytest

from procurement.calls.models import Call
from procurement.projects.models import Notice
from tests import threads
from tests.accounts.test_workspace import link, logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]

# scene, who, deed, the kind of notice it publishes
ACTS = [
    ("publish", "approver", "call.publish", "采购公告"),
    ("publish", "approver", "call.cancel", None),
    ("open-for-bids-1", "approver", "call.cancel", "终止公告"),
    ("to-open", "approver", "call.fail", "终止公告"),
    ("to-accept", "approver", "milestone.accept", "验收结果公告"),
    ("to-review", "approver", "contract.terminate", "终止公告"),
    ("to-review", "approver", "contract.publish_change", "合同变更公告"),
]


@pytest.mark.parametrize(("scene", "who", "key", "title"), ACTS, ids=[f"{act[2]} at {act[0]}" for act in ACTS])
def test_on_the_page_of_the_act(scene: str, who: str, key: str, title: str | None) -> None:
    threads.waiting(scene)
    client = logged_in(who)
    page = client.get(link(client, key))
    assert page.status_code == 200
    notice = page.context["notice"]
    if title is None:
        assert notice is None
        return
    assert notice.title.endswith(title)
    assert notice.title in page.content.decode()
    assert not [row for section in notice.sections for row in section.rows if row.missing], notice.reasons


def test_a_field_the_buyer_has_not_given_blocks_before_the_click() -> None:
    threads.waiting("publish")
    client = logged_in("approver")
    Call.objects.update(qualifications="")
    page = client.get(link(client, "call.publish"))
    assert page.context["blocked"]
    assert [reason.facts["missing"] for reason in page.context["notice"].reasons] == [["qualifications"]]
    assert 'class="missing"' in page.content.decode()


def test_the_acceptance_says_what_the_service_users_said() -> None:
    threads.waiting("to-accept")
    client = logged_in("approver")
    given = {
        "service_users": "3",
        "members": "采购人代表",
        "opinion": "按约定完成，验收合格。",
        "users_opinion": "孩子愿意来。",
    }
    answer = client.post(link(client, "milestone.accept"), given)
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    fields = Notice.objects.filter(kind="acceptance").latest("pk").fields
    assert (fields["opinion"], fields["users_opinion"]) == ("按约定完成，验收合格。", "孩子愿意来。")
    assert "服务对象代表 3 人" in fields["members"]
