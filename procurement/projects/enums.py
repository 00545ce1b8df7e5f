from django.db import models
from django.utils.translation import gettext_lazy as _


class Domain(models.TextChoices):
    WORKER = "worker", _("Workers")
    YOUTH = "youth", _("Youth")
    CHILDREN = "children", _("Children")
    FAMILY = "family", _("Families")


class DeliveryMode(models.TextChoices):
    ENTRUST = "entrust", _("Entrusted")
    CONTRACT = "contract", _("Contracted out")
    PURCHASE = "purchase", _("Purchased")


class FundSource(models.TextChoices):
    FISCAL = "fiscal", _("Fiscal money")
    UNION_DUES = "union_dues", _("Union dues")
    DONATION = "donation", _("Donations")
    OTHER = "other", _("Other money")


class ProjectState(models.TextChoices):
    FORMED = "formed", _("formed")
    APPROVED = "approved", _("approved")
    INTENDED = "intended", _("intent published")
    TENDERING = "tendering", _("open for bids")
    OPENED = "opened", _("bids opened")
    AWARDED = "awarded", _("awarded")
    CONTRACTED = "contracted", _("contract signed")
    DELIVERING = "delivering", _("being delivered")
    EVALUATING = "evaluating", _("being evaluated")
    CLOSED = "closed", _("closed")
    FAILED = "failed", _("failed")
    TERMINATED = "terminated", _("terminated")


class NegativeItem(models.TextChoices):
    """What may not be bought (W4); the drafter ticks "none of these" for each."""

    OUTSIDE_DUTY = "outside_duty", _("outside the buyer's duties")
    OWN_DUTY = "own_duty", _("a duty the buyer must perform itself")
    GOODS_WORKS = "goods_works", _("goods or works, or services bundled with them")
    FINANCING = "financing", _("financing")
    RECRUITMENT = "recruitment", _("recruitment, labour dispatch or public-welfare posts")
    BARRED = "barred", _("anything else the law bars")


class NoticeKind(models.TextChoices):
    INTENT = "intent", _("Intent to buy")
    CALL = "call", _("Call")
    CORRECTION = "correction", _("Correction")
    RESULT = "result", _("Result")
    TERMINATION = "termination", _("Termination")
    CONTRACT = "contract", _("Contract")
    CONTRACT_CHANGE = "contract_change", _("Change of a contract")
    ACCEPTANCE = "acceptance", _("Acceptance")
    SINGLE_SOURCE = "single_source", _("Single source")


# What a statutory notice is called, whatever language the site speaks: its title is part of the record (公告格式).
NOTICE_TITLES = {
    NoticeKind.INTENT: "采购意向公告",
    NoticeKind.CALL: "采购公告",
    NoticeKind.CORRECTION: "更正公告",
    NoticeKind.RESULT: "中标（成交）结果公告",
    NoticeKind.TERMINATION: "终止公告",
    NoticeKind.CONTRACT: "合同公告",
    NoticeKind.CONTRACT_CHANGE: "合同变更公告",
    NoticeKind.ACCEPTANCE: "验收结果公告",
    NoticeKind.SINGLE_SOURCE: "单一来源采购公示",
}
