"""T9: an invoice is paid within 10 working days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import Role
from procurement.awards import duties
from procurement.awards.duties import Duty
from procurement.delivery.models import Milestone
from procurement.projects.models import Project


@duties.source
def paying(at: datetime, projects: Q) -> Iterator[Duty]:
    """Not while the contract is suspended: then nothing is performed (T10)."""
    found = (
        Milestone.objects.filter(
            contract__award__lot__call__project__in=Project.objects.filter(projects), state="invoiced"
        )
        .exclude(contract__state="suspended")
        .select_related("contract__award__lot__call__project__buyer")
    )
    for milestone in found:
        rule = duties.rule_of("T9", milestone.project, at)
        if rule is not None and milestone.invoiced_at is not None:
            due = duties.by_working_days(rule, milestone.invoiced_at)
            address = reverse("deed", args=["milestone.pay", milestone.pk])
            what, project = _("The invoice is paid"), milestone.project
            yield Duty("T9", rule.article, what, due, project, milestone, project.buyer, (Role.FINANCE,), address)
