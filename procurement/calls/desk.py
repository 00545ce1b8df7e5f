"""What is done with calls at the desk."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms as django_forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from procurement.accounts.enums import Role
from procurement.accounts.workspace import forms
from procurement.accounts.workspace.desk import Actor, deed
from procurement.calls import actions, timetable
from procurement.calls.enums import CriterionKind, Method, SmePolicy
from procurement.calls.models import Call
from procurement.projects.desk import facts as project_facts
from procurement.projects.desk import ours as our_projects
from procurement.projects.models import Project
from workflows.errors import TransitionBlocked
from workflows.reasons import Reason

CRITERIA = range(1, 7)


def ours(actor: Actor) -> QuerySet[Call]:
    return Call.objects.filter(project__buyer=actor.organisation).select_related("project__buyer")


def facts(call: Call) -> list[tuple[Any, Any]]:
    earliest = timetable.earliest_deadline(call, call.published_at) if call.published_at else None
    return [
        (_("Method"), call.get_method_display()),
        (_("Ceiling"), f"{call.ceiling:,.2f}"),
        (_("Deadline"), forms_moment(call.deadline)),
        (_("Earliest lawful deadline"), earliest.day if earliest else ""),
        (_("Qualifications"), call.qualifications),
        (_("What is wanted"), call.requirements),
        (
            _("Criteria"),
            "\n".join(f"{c.code} {c.name} {c.weight.normalize():f} · {c.rule}" for c in call.criteria.all()),
        ),
    ]


def forms_moment(value: Any) -> str:
    from django.utils import timezone

    return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}" if value else ""


def _draft_fields(project: Project, actor: Actor) -> forms.Fields:
    fields: forms.Fields = {
        "method": django_forms.ChoiceField(
            label=_("Method"),
            choices=Method.choices,
            initial=Method.CONSULTATION,
            help_text=_method_hint(project, actor),
        ),
        "ceiling": forms.YuanField(label=_("Ceiling"), initial=project.budget),
        "deadline": forms.moment(_("Deadline")),
        "documents_until": forms.moment(_("Documents until"), required=False),
        "qualifications": forms.text(_("Who may bid"), required=False),
        "requirements": forms.text(_("What is wanted"), initial=project.summary),
        "sme_policy": django_forms.ChoiceField(label=_("Small firms"), choices=SmePolicy.choices, required=False),
        "approval_number": forms.line(_("Number of the approval"), 60, required=False),
        "approval_date": forms.day(_("Date of the approval"), required=False),
        "urgent_reason": forms.text(_("Why it is urgent"), 2000, 2, required=False),
    }
    for number in CRITERIA:
        fields |= _criterion_fields(number)
    return fields


def _criterion_fields(number: int) -> forms.Fields:
    first = number == 1
    return {
        f"name_{number}": forms.line(
            now("Criterion %(number)d") % {"number": number},
            60,
            required=first,
            initial=now("Price") if first else None,
        ),
        f"kind_{number}": django_forms.ChoiceField(
            label=_("How it is scored"),
            choices=CriterionKind.choices,
            initial=CriterionKind.PRICE if first else CriterionKind.JUDGED,
            required=first,
        ),
        f"weight_{number}": forms.points(_("Weight"), required=first),
        f"rule_{number}": forms.text(_("How points are earned"), 2000, 2, required=False),
    }


def _method_hint(project: Project, actor: Actor) -> str:
    """The earliest lawful deadline of each method, were the call published now."""
    hints = []
    for method in Method:
        earliest = timetable.earliest_deadline(Call(project=project, method=method), actor.at)
        if earliest is not None:
            mark = now(" (provisional)") if earliest.provisional else ""
            hints.append(f"{method.label} {earliest.day.isoformat()}{mark}")
    return now("Earliest deadline, if published today: %(days)s.") % {"days": " · ".join(hints)}


def _draft(project: Project, actor: Actor, given: dict[str, Any]) -> str:
    criteria = []
    for number in CRITERIA:
        name, kind, weight, rule = (given.pop(f"{part}_{number}") for part in ("name", "kind", "weight", "rule"))
        if name:
            criteria.append({"code": f"K{number}", "name": name, "kind": kind, "weight": weight or 0, "rule": rule})
    total = sum((Decimal(row["weight"]) for row in criteria), Decimal(0))
    if total != 100:
        raise TransitionBlocked(
            [Reason(now("The weights sum to %(total)s, not to 100.") % {"total": total}, code="weights")]
        )
    call = actions.draft_call(project, **actor.as_organisation, criteria=criteria, **given)
    return now("The call is drafted as %(number)s; an approver publishes it.") % {"number": call.number}


deed(
    "call.draft",
    _("Draft a call"),
    [Role.DRAFTER],
    mine=our_projects,
    waits=Q(state__in=["approved", "intended", "failed"]) & ~Q(calls__state__in=["draft", "published", "opened"]),
    facts=project_facts,
    fields=_draft_fields,
    do=_draft,
)
deed(
    "call.publish",
    _("Publish a call"),
    [Role.APPROVER],
    mine=ours,
    waits=Q(state="draft"),
    move="publish",
    facts=facts,
    fields=lambda call, actor: {"sure": forms.sure(_("Published it is for good: a change is a correction."))},
    do=lambda call, actor, given: actions.publish_call(call, **actor.as_organisation, **given),
    due="deadline",
)
deed(
    "call.fail",
    _("Declare a call failed"),
    [Role.APPROVER],
    mine=ours,
    waits=Q(state__in=["published", "opened"]),
    move="fail",
    facts=facts,
    fields=lambda call, actor: {"reason": forms.reason()},
    do=lambda call, actor, given: actions.fail_call(call, **actor.as_organisation, **given),
    hurts=True,
    optional=True,
)
deed(
    "call.cancel",
    _("Cancel a call"),
    [Role.APPROVER],
    mine=ours,
    waits=Q(state__in=["draft", "published", "opened"]),
    move="cancel",
    facts=facts,
    fields=lambda call, actor: {"reason": forms.reason()},
    do=lambda call, actor, given: actions.cancel_call(call, **actor.as_organisation, **given),
    hurts=True,
    optional=True,
)
