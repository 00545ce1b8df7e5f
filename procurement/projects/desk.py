"""What is done with catalogue, budget and projects at the desk."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import BUYER_KINDS, Role
from procurement.accounts.models import Organisation
from procurement.accounts.workspace import forms
from procurement.accounts.workspace.desk import Actor, deed, threads_of
from procurement.needs.desk import own_organisation
from procurement.needs.models import Need
from procurement.projects import actions, notices
from procurement.projects.enums import DeliveryMode, Domain, FundSource, NegativeItem, NoticeKind
from procurement.projects.models import BudgetLine, CatalogueItem, Project
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason


def ours(actor: Actor, *acts: str) -> QuerySet[Project]:
    """Projects of the buyer acted for; for an agency those it may do one of ``acts`` for."""
    found = Project.objects.filter(threads_of(actor, *acts, way=""))
    return found.select_related("buyer", "catalogue_item", "budget_line")


def facts(project: Project) -> list[tuple[Any, Any]]:
    return [
        (_("Title"), project.title),
        (_("What is wanted"), project.summary),
        (_("Domain"), project.get_domain_display()),
        (_("Delivery mode"), project.get_delivery_mode_display()),
        (_("Budget"), f"{project.budget:,.2f} · {project.get_fund_source_display()} · {project.budget_line}"),
        (_("Catalogue item"), project.catalogue_item.name),
        (_("Term"), f"{project.term_start} – {project.term_end}"),
        (_("People to be served"), project.beneficiaries),
        (_("Needs"), "\n".join(str(need) for need in project.needs.all())),
    ]


def _project_fields(buyer: Organisation, actor: Actor) -> forms.Fields:
    needs = Need.objects.filter(addressed_to=buyer, state="screened").order_by("-supporters")
    ticks = django_forms.MultipleChoiceField(
        label=_("None of these is bought (tick each)"),
        choices=NegativeItem.choices,
        widget=django_forms.CheckboxSelectMultiple,
        required=False,
    )
    return {
        "needs": django_forms.ModelMultipleChoiceField(
            needs,
            label=_("Which needs it answers"),
            widget=django_forms.CheckboxSelectMultiple,
            required=False,
            help_text=_("Needs that have been taken up and not yet answered."),
        ),
        "title": forms.line(_("Title")),
        "summary": forms.text(_("What is wanted"), 4000),
        "domain": django_forms.ChoiceField(label=_("Domain"), choices=Domain.choices),
        "delivery_mode": django_forms.ChoiceField(label=_("Delivery mode"), choices=DeliveryMode.choices),
        "fund_source": django_forms.ChoiceField(label=_("Source of funds"), choices=FundSource.choices),
        "catalogue_item": django_forms.ModelChoiceField(
            CatalogueItem.objects.filter(organisation=buyer, active=True), label=_("Catalogue item")
        ),
        "budget_line": django_forms.ModelChoiceField(
            BudgetLine.objects.filter(organisation=buyer, active=True), label=_("Budget line")
        ),
        "budget": forms.YuanField(label=_("Budget")),
        "term_start": forms.day(_("Service begins")),
        "term_end": forms.day(_("Service ends")),
        "beneficiaries": forms.number(_("People to be served"), 1),
        "ticks": ticks,
    }


@transaction.atomic
def _form(buyer: Organisation, actor: Actor, given: dict[str, Any]) -> str:
    ticks, needs = given.pop("ticks"), given.pop("needs")
    if given["term_end"] < given["term_start"]:
        raise TransitionBlocked([Reason(gettext("The service ends before it begins."), code="term")])
    project = actions.form_project(**actor.as_organisation, needs=list(needs), **given)
    actions.tick_negative_list(project, ticks, **actor.as_organisation)
    return gettext("The project is formed as %(number)s.") % {"number": project.number}


def _own_page(subject: Any, actor: Actor, given: dict[str, Any]) -> None:
    """Never reached: these deeds have pages of their own."""


def _buyer(actor: Actor) -> QuerySet[Organisation]:
    return own_organisation(actor).filter(kind__in=BUYER_KINDS)


deed(
    "catalogue.add",
    _("Keep the guidance catalogue"),
    [Role.DRAFTER],
    mine=_buyer,
    do=_own_page,
    page=lambda buyer: reverse("catalogue"),
    optional=True,
)
deed(
    "budget.add",
    _("Keep the budget lines"),
    [Role.FINANCE],
    mine=_buyer,
    do=_own_page,
    page=lambda buyer: reverse("budget"),
    optional=True,
)
deed(
    "project.form",
    _("Form a project from needs"),
    [Role.DRAFTER],
    mine=_buyer,
    do=_form,
    fields=_project_fields,
    optional=True,
)
deed(
    "project.tick",
    _("Declare the negative list"),
    [Role.DRAFTER],
    mine=ours,
    waits=Q(state="formed"),
    facts=facts,
    fields=lambda project, actor: {"ticks": _project_fields(project.buyer, actor)["ticks"]},
    do=lambda project, actor, given: actions.tick_negative_list(project, given["ticks"], **actor.as_organisation),
    optional=True,
)
deed(
    "project.approve",
    _("Approve a project"),
    [Role.APPROVER],
    mine=ours,
    waits=Q(state="formed"),
    move="approve",
    facts=facts,
    do=lambda project, actor, given: actions.approve(project, **actor.as_organisation, **given),
)
deed(
    "project.publish_intent",
    _("Publish the intent"),
    [Role.DRAFTER],
    mine=ours,
    waits=Q(state="approved"),
    move="publish_intent",
    facts=facts,
    fields=lambda project, actor: {"month": forms.line(_("Expected month of the call"), 20)},
    preview=lambda project, actor: notices.preview(
        project, NoticeKind.INTENT, actions.intent_fields(project), at=actor.at, asked=["month"]
    ),
    do=lambda project, actor, given: actions.publish_intent(project, **actor.as_organisation, fields=given),
    help=_("Asked for 30 days before the call where a statutory procedure is used; otherwise you may go on without."),
)
deed(
    "project.terminate",
    _("Terminate a project"),
    [Role.APPROVER],
    mine=ours,
    waits=Q(state__in=["formed", "approved", "intended", "failed"]),
    move="terminate",
    facts=facts,
    fields=lambda project, actor: {"reason": forms.reason()},
    preview=lambda project, actor: notices.preview(
        project, NoticeKind.TERMINATION, actions.termination_fields(project), at=actor.at, asked=["reason"]
    ),
    do=lambda project, actor, given: actions.terminate(project, **actor.as_organisation, **given),
    hurts=True,
    optional=True,
)

from procurement.projects import mandating, notice_desk  # noqa: E402, F401 - they register deeds of their own
