"""The forms of the panel's pages."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.forms import Form
from django.utils.translation import gettext_lazy as _

from procurement.accounts.workspace import forms
from procurement.awards import drawing
from procurement.awards.evidence import EvidenceField
from procurement.awards.models import Panel
from procurement.bids.models import Bid
from procurement.calls.models import Call

LARGEST = 20  # members; the largest panels the rules know have seven


class People(django_forms.ModelMultipleChoiceField):
    widget = django_forms.CheckboxSelectMultiple


def prepare(call: Call, data: Any = None, experts: int = 2) -> Form:
    """How many experts are drawn, and who sits for the buyer."""
    return forms.build(
        {
            "experts": forms.number(
                _("How many experts"), 1, LARGEST, initial=experts, help_text=_("Drawn at random from the pool.")
            ),
            "representatives": People(
                queryset=drawing.representatives_for(call),
                label=_("The buyer's representatives"),
                required=False,
                help_text=_("Not whoever drafted or approved the call."),
            ),
        },
        data,
    )


def why(data: Any = None, prefix: str = "") -> Form:
    """A written reason."""
    form = forms.build({"reason": forms.text(_("Reason"), 2000, 2, help_text=_("It is kept in the record."))}, data)
    form.prefix = prefix or None
    return form


def representative(panel: Panel, data: Any = None) -> Form:
    gone = [*panel.seats.values_list("user", flat=True), *panel.vacancies.values_list("user", flat=True)]
    people = drawing.representatives_for(panel.call).exclude(pk__in=gone)
    field = django_forms.ModelChoiceField(people, label=_("The buyer's representative"))
    return forms.build({"person": field}, data)


def declaration(data: Any = None) -> Form:
    words = _(
        "Within three years I was not employed by a bidder, nor its director, supervisor or controlling"
        " holder; I am no close relative of its head; nothing else affects my fairness."
    )
    return forms.build({"sure": forms.sure(words)}, data)


def conflict(bidders: Any, data: Any = None) -> Form:
    """A conflict a member declares: with whom, and of which kind, in the member's own words."""
    field = django_forms.ModelChoiceField(
        bidders, label=_("With which bidder"), required=False, empty_label=_("with none of them in particular")
    )
    return forms.build({"bidder": field, "reason": forms.text(_("What the conflict is"), 2000, 3)}, data)


def low_price_question(least: int, hit: bool, data: Any = None) -> Form:
    return forms.build(
        {
            "minutes": forms.number(_("Minutes to explain"), least, 7 * 24 * 60, initial=least),
            "question": forms.text(_("What is asked"), 4000, 3, required=not hit),
        },
        data,
    )


def low_price_answer(data: Any = None, initial: dict[str, str] | None = None) -> Form:
    form = forms.build(
        {
            "explanation": forms.text(_("Explanation"), 8000, 8),
            "evidence": forms.text(
                _("Evidence"),
                8000,
                5,
                required=False,
                help_text=_("Costs item by item, pay, subsidies, earlier contracts: as text."),
            ),
        },
        data,
    )
    form.initial = initial or {}
    return form


def low_price_judgement(data: Any = None) -> Form:
    choices = [("yes", _("The panel accepts it")), ("no", _("The panel does not accept it: the bid is rejected"))]
    return forms.build(
        {
            "verdict": django_forms.ChoiceField(
                choices=choices, label=_("Judgement"), widget=django_forms.RadioSelect()
            ),
            "opinion": forms.text(_("What the panel makes of it"), 4000, 4),
        },
        data,
    )


def time_to_sign(least: int, data: Any = None) -> Form:
    field = forms.number(_("Minutes until the report is to be signed"), least, 7 * 24 * 60, initial=24 * 60)
    return forms.build({"minutes": field}, data)


def filing(kinds: list[tuple[str, Any]], abouts: list[tuple[str, Any]], *posted: Any) -> Form:
    """A query or a challenge, as a supplier writes it (令94 art 12)."""
    return forms.build(
        {
            "kind": django_forms.ChoiceField(
                choices=kinds, label=_("What you file"), widget=django_forms.RadioSelect()
            ),
            "about": django_forms.ChoiceField(
                choices=abouts, label=_("What it is about"), widget=django_forms.RadioSelect()
            ),
            **_words(),
        },
        *posted,
    )


def complaint(*posted: Any) -> Form:
    """``posted``: data and files of the request, where there is one."""
    return forms.build(_words(), *posted)


def more_evidence(*posted: Any) -> Form:
    return forms.build({"files": EvidenceField(required=True)}, *posted)


def _words() -> forms.Fields:
    return {
        "claims": forms.text(_("What you ask for"), 4000, 3, help_text=_("The question, or the claims one by one.")),
        "facts": forms.text(
            _("Facts"),
            8000,
            6,
            required=False,
            help_text=_("Needed for a challenge and a complaint."),
        ),
        "basis": forms.text(_("Legal basis"), 4000, 2, required=False),
        "files": EvidenceField(),
    }


def assessment(may: bool, data: Any = None) -> Form:
    """T10: whether what was filed may change the result."""
    choices = [
        ("yes", _("It may change the result: signing and performance are suspended")),
        ("no", _("It cannot change the result: the thread goes on")),
    ]
    field = django_forms.ChoiceField(
        choices=choices,
        label=_("May it change the result?"),
        widget=django_forms.RadioSelect(),
        initial="yes" if may else "no",
    )
    return forms.build({"may": field, "reason": forms.text(_("Reason"), 2000, 2)}, data)


def decision(query: bool, results: bool, *posted: Any) -> Form:
    """The reply; for a case also whether it is upheld, and whether that brings the award down."""
    fields: forms.Fields = {}
    if not query:
        choices = [("dismiss", _("It is dismissed")), ("uphold", _("It is upheld; the result stays as it is"))]
        if results:
            choices.append(("fall", _("It is upheld and changes the result: the award falls")))
        fields["outcome"] = django_forms.ChoiceField(
            choices=choices, label=_("Outcome"), widget=django_forms.RadioSelect()
        )
    fields["decision"] = forms.text(_("Reply"), 8000, 6, help_text=_("Goes to whoever filed it."))
    fields["published"] = forms.text(
        _("What is published of it"),
        4000,
        4,
        help_text=_("Everybody reads it: no trade secrets of the bidder, no name of a person."),
    )
    fields["files"] = EvidenceField(label=_("Files of the reply"))
    if not query:
        fields["sure"] = forms.sure(_("I am sure: this cannot be undone."))
    return forms.build(fields, *posted)


def remedy(heir: Bid | None, data: Any = None) -> Form:
    """``heir``: who is next in line, where the rules let the next candidate be named."""
    choices: list[tuple[str, Any]] = [
        ("again", _("The panel scores again; the old ranking is kept")),
        ("end", _("The procurement ends without a winner; a termination notice is published")),
    ]
    if heir is not None:
        choices.insert(0, ("next", _("The next candidate is named: %(supplier)s") % {"supplier": heir.supplier.name}))
    return forms.build(
        {
            "what": django_forms.ChoiceField(
                choices=choices, label=_("What follows"), widget=django_forms.RadioSelect()
            ),
            "reason": forms.reason(),
            "sure": forms.sure(_("I am sure: this cannot be undone.")),
        },
        data,
    )
