"""The clauses of a service contract (C1, 令102 art 23–26), written out from the thread.

Statutory text is Chinese whatever the reader's language; the labels are for the list of what is missing.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

REQUIRED = {
    "content": _("content and origin of the service"),
    "term": _("term"),
    "place": _("time, place and manner"),
    "quantity": _("quantity and quality"),
    "price": _("price and settlement"),
    "payment": _("progress of payment"),
    "acceptance": _("acceptance"),
    "satisfaction": _("performance and satisfaction"),
    "rights": _("rights and duties"),
    "records": _("records"),
    "personal_data": _("confidentiality and personal data"),
    "property": _("intellectual property"),
    "no_passing_on": _("no passing on"),
    "change": _("change"),
    "breach": _("breach"),
    "disputes": _("disputes"),
}


# the targets that case files and forms name most; any other name is printed as it was written
TARGETS = {
    "sessions": "服务场次",
    "people": "服务人次",
    "cases": "个案",
    "visits": "走访次数",
    "hours": "服务小时",
    "campaigns": "宣传活动",
    "volunteers": "志愿者",
    "trainings": "培训",
    "children": "儿童人数",
    "households": "服务户数",
    "calls": "回访次数",
    "reports": "报告",
    "activities": "活动场次",
}


def target_name(key: str) -> str:
    """A target's Chinese name; names that a case or an office made up are printed as they are."""
    return TARGETS.get(key, key)


def _origin(project: Any) -> str:
    links = list(project.need_links.select_related("need__station"))
    if not links:
        return "本项目由甲方依据年度购买服务计划形成。"
    total = sum(link.need.supporters for link in links)
    titles = "、".join(f"“{link.need.title}”（{link.need.station.name}，{link.need.number}）" for link in links)
    return f"本项目由居民提出的需求形成：{titles}，共 {total} 位居民提出或附议。"


def _targets(contract: Any) -> str:
    parts = []
    for row in contract.instalments.all():
        if row.targets:
            goals = "、".join(f"{target_name(name)} {value}" for name, value in row.targets.items())
            parts.append(f"“{row.name}”不少于：{goals}")
    return "；".join(parts) if parts else "以采购文件及乙方响应文件承诺的数量为准"


# ``(key, heading, text)`` of every clause in order; the names in braces are filled in from the thread
CLAUSES: tuple[tuple[str, str, str], ...] = (
    (
        "content",
        "服务内容与来源",
        "乙方按照采购文件（{call}）和响应文件为 {people} 名服务对象提供“{title}”服务，内容为：{scope}。{origin}",
    ),
    ("term", "履行期限", "自 {start} 起至 {end} 止。未经法定程序不得延长。"),
    (
        "place",
        "时间、地点与方式",
        "服务的具体时间、地点和方式由乙方在每期服务前提出计划，经甲方确认并在平台公示后执行；"
        "临时变更的，乙方应提前告知服务对象和甲方。",
    ),
    (
        "quantity",
        "数量与质量",
        "服务数量：{targets}。服务质量应达到采购文件规定的标准和乙方在响应文件中的承诺，"
        "二者不一致的，以要求较高者为准。",
    ),
    (
        "price",
        "价款与结算",
        "合同价款为固定总价，包含乙方履行本合同的全部费用和税费；甲方不另行支付其他费用。"
        "乙方按付款节点开具合法票据，甲方通过转账结算。",
    ),
    (
        "payment",
        "资金支付进度",
        "甲方按下列付款表支付。除签订时支付的款项外，每期款项以该期成果验收合格为前提；"
        "甲方自收到发票之日起 10 个工作日内支付。",
    ),
    (
        "acceptance",
        "验收标准与方法",
        "甲方组织评估员对每期成果评分，并邀请服务对象参加验收、出具意见；"
        "验收结果向社会公告（《政府采购法实施条例》第四十五条）。成果不合格的，乙方应在甲方要求的期限内改正后重新提交。",
    ),
    (
        "satisfaction",
        "绩效与满意度",
        "项目结束后按照居民、站点、评估员、采购人和预算执行五个方面进行自下而上的评价；"
        "评价结果公开，并作为以后选择承接主体和安排预算的参考（《政府购买服务管理办法》第二十条、第二十一条）。",
    ),
    (
        "rights",
        "双方权利与义务",
        "甲方有权了解服务进展、查阅与项目有关的资料，应当按约提供必要条件并及时付款。"
        "乙方应当具备履约能力，配备与承诺一致的人员，依法用工，保障服务对象的人身安全，接受监督检查。",
    ),
    (
        "records",
        "台账与档案",
        "乙方应当建立服务台账，如实记录服务时间、对象、内容和支出，"
        "妥善保管并在项目结束时移交；采购档案自采购结束之日起至少保存十五年（《政府采购法》第四十二条）。",
    ),
    (
        "personal_data",
        "保密与个人信息保护",
        "乙方仅可为履行本合同处理服务对象的个人信息，应当取得同意、限于最小必要，"
        "不得泄露或者挪作他用；处理不满十四周岁未成年人信息的，应当取得其监护人同意。合同终止后应当删除或者移交。",
    ),
    (
        "property",
        "知识产权",
        "履行本合同形成的成果，其知识产权归甲方所有，乙方享有署名权；乙方保证其服务不侵犯第三方权利。",
    ),
    (
        "no_passing_on",
        "禁止转包",
        "乙方应当自行完成本合同项下的服务，不得转包给他人（《政府购买服务管理办法》第二十六条）。",
    ),
    (
        "change",
        "合同变更",
        "确需变更的，应当订立书面补充协议并在二个工作日内公告；追加与合同标的相同的服务的，"
        "所有补充合同的采购金额不得超过原合同采购金额的百分之十（《政府采购法》第四十九条）。",
    ),
    (
        "breach",
        "违约责任",
        "一方不履行或者不按约履行的，应当承担继续履行、采取补救措施或者赔偿损失等责任；"
        "乙方转包、弄虚作假或者造成服务对象人身损害的，甲方可以解除合同并追回相应款项。",
    ),
    (
        "disputes",
        "争议解决",
        "因本合同发生争议的，双方应当协商解决；协商不成的，向甲方所在地有管辖权的人民法院提起诉讼。",
    ),
)


def draft(contract: Any) -> list[tuple[str, str, str]]:
    """``(key, heading, text)`` of every clause, in order, from the call and the winning bid."""
    project, award = contract.project, contract.award
    call = award.lot.call
    known = {
        "call": call.number,
        "people": project.beneficiaries,
        "title": award.lot.title,
        "scope": call.requirements or project.summary or project.title,
        "origin": _origin(project),
        "start": project.term_start,
        "end": project.term_end,
        "targets": _targets(contract),
    }
    return [(key, heading, text.format_map(known)) for key, heading, text in CLAUSES]
