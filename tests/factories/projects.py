from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from importlib import import_module
from typing import Any

import factory

from procurement.accounts.enums import Role
from procurement.accounts.models import Organisation
from procurement.needs.models import Need
from procurement.projects import actions
from procurement.projects.enums import DeliveryMode, Domain, FundSource, NegativeItem
from procurement.projects.models import BudgetLine, CatalogueItem, Project
from tests.factories.accounts import OrganisationFactory, who
from tests.factories.clock import START, acting, last_act
from tests.factories.needs import NeedFactory
from tests.factories.staged import StagedFactory

NOT_SAID = "未载明"  # stands in a notice for what a test's thread does not say
REASON = "有效供应商不足。"


def approve(project: Project) -> None:
    with acting(project):
        actions.approve(project, **who(project.buyer, Role.APPROVER))


def publish_intent(project: Project) -> None:
    with acting(project):
        actions.publish_intent(project, **who(project.buyer, Role.DRAFTER), fill=NOT_SAID)


def terminate(project: Project) -> None:
    with acting(project):
        actions.terminate(project, **who(project.buyer, Role.APPROVER), reason=REASON, fill=NOT_SAID)


def later(name: str) -> Callable[[Project], None]:
    """What acts of later stages bring about; imported late, as those stages' factories begin with a project."""

    def act(project: Project) -> None:
        getattr(import_module("tests.factories.later"), name)(project)

    return act


class ProjectFactory(StagedFactory):
    """A brought-in thread on its own clock; ``imported=False`` is a live one, which cannot wait for a deadline."""

    class Meta:
        model = Project

    class Params:
        approved = factory.Trait(reach="approved")
        intended = factory.Trait(reach="intended")
        tendering = factory.Trait(reach="tendering")
        opened = factory.Trait(reach="opened")
        awarded = factory.Trait(reach="awarded")
        contracted = factory.Trait(reach="contracted")
        delivering = factory.Trait(reach="delivering")
        evaluating = factory.Trait(reach="evaluating")
        closed = factory.Trait(reach="closed")
        failed = factory.Trait(reach="failed")
        terminated = factory.Trait(reach="terminated")

    title = "新市民子女暑期托管与成长陪伴"
    summary = "暑期托管与成长陪伴服务"
    buyer = factory.Maybe(
        "needs",
        yes_declaration=factory.LazyAttribute(lambda project: project.needs[0].addressed_to),
        no_declaration=factory.SubFactory(OrganisationFactory, buyer=True),
    )
    domain = Domain.CHILDREN
    delivery_mode = DeliveryMode.PURCHASE
    fund_source = FundSource.FISCAL
    budget = Decimal("90000.00")
    term_start = date(2026, 5, 1)
    term_end = date(2026, 8, 31)
    beneficiaries = 120
    imported = True
    needs: Any = ()

    _way = {
        "approved": ("formed", approve),
        "intended": ("approved", publish_intent),
        "tendering": ("approved", later("tender")),
        "opened": ("tendering", later("open_bids")),
        "awarded": ("opened", later("award")),
        "contracted": ("awarded", later("contract")),
        "delivering": ("contracted", later("publish_contract")),
        "evaluating": ("delivering", later("deliver_all")),
        "closed": ("evaluating", later("publish_verdict")),
        "failed": ("tendering", later("fail")),
        "terminated": ("approved", terminate),
    }

    @classmethod
    def begin(cls, *, needs: list[Need], buyer: Organisation, **fields: Any) -> Project:
        needs = list(needs) or [NeedFactory(screened=True, addressed_to=buyer, imported=fields["imported"])]
        item, _made = CatalogueItem.objects.get_or_create(organisation=buyer, name="儿童关爱服务")
        line, _made = BudgetLine.objects.get_or_create(
            organisation=buyer,
            year=START.year,
            name=item.name,
            fund_source=fields["fund_source"],
            defaults={"amount": Decimal("10000000.00")},
        )
        fields = {"catalogue_item": item, "budget_line": line} | fields
        drafter = who(buyer, Role.DRAFTER)
        with acting(needs[0], at=max(last_act(need) for need in needs)):
            project = actions.form_project(**drafter, needs=needs, **fields)
            actions.tick_negative_list(project, list(NegativeItem), **drafter)
        return project
