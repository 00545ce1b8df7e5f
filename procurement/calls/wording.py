"""The statutory Chinese words of papers: fixed by law, whatever the reader's site language."""

from datetime import date, datetime

from django.utils import timezone

from procurement.calls.enums import CriterionKind, Method
from procurement.calls.models import Call, Lot
from procurement.common.pdf import Paper, absolute
from procurement.projects.enums import DeliveryMode, Domain, FundSource
from procurement.projects.models import Project

METHODS = {
    Method.OPEN_TENDER: "公开招标",
    Method.CONSULTATION: "竞争性磋商",
    Method.NEGOTIATION: "竞争性谈判",
    Method.SINGLE_SOURCE: "单一来源采购",
    Method.OWN_RULE: "采购人自行采购",
    Method.FRAMEWORK: "框架协议采购",
}
AWARD_BY = {
    Method.OPEN_TENDER: "综合评分法",
    Method.CONSULTATION: "综合评分法",
    Method.NEGOTIATION: "最低评审价法（质量和服务相等且报价最低）",
    Method.SINGLE_SOURCE: "协商成交",
    Method.OWN_RULE: "按采购文件规定的方法",
    Method.FRAMEWORK: "按征集文件规定的方法",
}
PANELS = {
    Method.OPEN_TENDER: "评标委员会",
    Method.CONSULTATION: "磋商小组",
    Method.NEGOTIATION: "谈判小组",
    Method.SINGLE_SOURCE: "协商小组",
    Method.OWN_RULE: "评审小组",
    Method.FRAMEWORK: "评审委员会",
}
DOMAINS = {
    Domain.WORKER: "职工服务",
    Domain.YOUTH: "青少年服务",
    Domain.CHILDREN: "儿童服务",
    Domain.FAMILY: "家庭服务",
}
MODES = {DeliveryMode.ENTRUST: "委托", DeliveryMode.CONTRACT: "承包", DeliveryMode.PURCHASE: "采购"}
FUNDS = {
    FundSource.FISCAL: "财政资金",
    FundSource.UNION_DUES: "工会经费",
    FundSource.DONATION: "捐赠资金",
    FundSource.OTHER: "其他资金",
}
CRITERION_KINDS = {
    CriterionKind.PRICE: "价格",
    CriterionKind.JUDGED: "评委打分",
    CriterionKind.QUANTITY: "数量",
}


def papers_word(method: str) -> str:
    """What a supplier hands in: 投标文件 in a tender, 响应文件 elsewhere."""
    return "投标文件" if method == Method.OPEN_TENDER else "响应文件"


def winner_word(method: str) -> str:
    """中标 in a tender, 入围 in a framework, 成交 elsewhere."""
    return {Method.OPEN_TENDER: "中标", Method.FRAMEWORK: "入围"}.get(Method(method), "成交")


def call_words(call: Call) -> dict[str, object]:
    """A call as every paper of it names it."""
    return {
        "number": call.number,
        "method": METHODS[Method(call.method)],
        "award_by": AWARD_BY[Method(call.method)],
        "papers": papers_word(call.method),
        "published": call.published_at,
        "deadline": call.deadline,
        "opened": call.opened_at,
    }


def project_words(project: Project) -> dict[str, object]:
    """A project as every paper of it names it; money in yuan."""
    return {
        "title": project.title,
        "number": project.number,
        "summary": project.summary,
        "budget": project.budget,
        "domain": DOMAINS[Domain(project.domain)],
        "delivery_mode": MODES[DeliveryMode(project.delivery_mode)],
        "fund_source": FUNDS[FundSource(project.fund_source)],
        "beneficiaries": project.beneficiaries,
        "term_start": project.term_start,
        "term_end": project.term_end,
    }


def lot_name(lot: Lot) -> str:
    """The lot's name, empty where the call was not divided."""
    return (lot.name or lot.code) if lot.code else ""


def paper(project: Project, *, stage: int, number: str, dated: date | datetime, path: str = "") -> Paper:
    """Head and foot of a paper of this thread; ``path`` defaults to the thread's page."""
    return Paper(
        owner=project.buyer.name,
        project=project.number,
        number=number,
        stage=stage,
        url=absolute(path or f"/threads/{project.number}/"),
        dated=timezone.localtime(dated) if isinstance(dated, datetime) else dated,
    )
