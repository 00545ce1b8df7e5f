"""The plan to buy from a single source is public for five working days before the call (P2, 条例 art 38)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from procurement.calls import drafting
from procurement.calls.models import Call
from procurement.projects import singlesource
from procurement.projects.models import Notice, Project
from tests.accounts.test_workspace import logged_in, outsider
from tests.calls.test_drafting import fresh_draft
from workflows.clock import database_now

pytestmark = [pytest.mark.django_db, pytest.mark.both_languages]

PLAN = {
    "supplier": "示例社会工作服务中心",
    "supplier_address": "示例县城东路1号",
    "reason": "专有场地与资质，仅此一家。",
    "experts": "甲（示例大学，副教授）：同意。",
}


def call_of(budget: int) -> Call:
    call = fresh_draft()
    Project.objects.filter(pk=call.project_id).update(budget=Decimal(budget), rehearsal=False)
    Call.objects.filter(pk=call.pk).update(method="single_source")
    return Call.objects.select_related("project__buyer").get(pk=call.pk)


def plan_rules(call: Call, at: datetime) -> list[str]:
    return [reason.article for reason in drafting.judged(call, at=at) if reason.rule == "P2"]


class TestPlan:
    def test_comes_before_a_call_at_tender_scale_and_stands_five_working_days(self) -> None:
        call = call_of(2_500_000)
        now = database_now()
        assert plan_rules(call, now) == ["条例 art 38"]
        address = f"/workspace/project.publish_single_source/{call.project_id}/"
        approver = logged_in("approver")
        shown = approver.get(address)
        assert shown.status_code == 200
        assert shown.context["notice"].reasons == []
        assert approver.post(address, PLAN).status_code == 302
        notice = Notice.objects.get(kind="single_source")
        assert notice.fields["supplier"] == PLAN["supplier"]
        last = singlesource.last_day(call.project, notice.published_at)
        assert last is not None
        assert str(last) in notice.fields["notice_period"]
        on_last = timezone.make_aware(datetime.combine(last, time(12)))
        assert plan_rules(call, on_last) == ["条例 art 38"]
        assert plan_rules(call, on_last + timedelta(days=1)) == []

    def test_is_not_asked_for_below_it(self) -> None:
        assert plan_rules(call_of(120_000), database_now()) == []

    @pytest.mark.parametrize("missing", sorted(PLAN))
    def test_needs_every_field(self, missing: str) -> None:
        call = call_of(2_500_000)
        address = f"/workspace/project.publish_single_source/{call.project_id}/"
        assert logged_in("approver").post(address, PLAN | {missing: " "}).status_code == 400
        assert not Notice.objects.filter(kind="single_source").exists()

    def test_whose_it_is(self) -> None:
        address = f"/workspace/project.publish_single_source/{call_of(2_500_000).project_id}/"
        assert Client().get(address).status_code == 302
        assert outsider().get(address).status_code == 404
        assert logged_in("drafter").get(address).status_code == 403
        assert logged_in("supplier").get(address).status_code == 403
