"""A thread's log for everybody: which rows may be seen, what each says, and whether the chain is whole."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from procurement.bids.models import Bid
from procurement.calls.enums import PRICES_READ_OUT, CallState
from procurement.calls.models import Call
from procurement.projects.models import Project
from workflows import chain
from workflows.models import TransitionLog

# Every machine of a thread, with the way from its row to the thread.
WAYS = {
    "projects.project": "pk",
    "calls.call": "project",
    "calls.question": "call__project",
    "bids.bid": "lot__call__project",
    "awards.panel": "call__project",
    "awards.award": "lot__call__project",
    "awards.challenge": "call__project",
    "contracts.contract": "award__lot__call__project",
    "contracts.amendment": "contract__award__lot__call__project",
    "delivery.milestone": "contract__award__lot__call__project",
    "evaluation.evaluation": "contract__award__lot__call__project",
}
SUBJECTS = {
    "projects.project": gettext_lazy("Project"),
    "calls.call": gettext_lazy("Call"),
    "calls.question": gettext_lazy("Question"),
    "bids.bid": gettext_lazy("Bid"),
    "awards.panel": gettext_lazy("Panel"),
    "awards.award": gettext_lazy("Award"),
    "awards.challenge": gettext_lazy("Query or challenge"),
    "contracts.contract": gettext_lazy("Contract"),
    "contracts.amendment": gettext_lazy("Supplement"),
    "delivery.milestone": gettext_lazy("Milestone"),
    "evaluation.evaluation": gettext_lazy("Evaluation"),
}
# Lines that are no transition have no label of their own (engine.begin and engine.note).
ACTS = {
    "begin": gettext_lazy("Begin"),
    "draft": pgettext_lazy("an act", "Draft"),
    "edit_draft": gettext_lazy("Go on drafting"),
    "hand_in": gettext_lazy("Hand in for approval"),
    "hand_back": gettext_lazy("Hand back"),
    "ask": gettext_lazy("Ask"),
    "form": gettext_lazy("Form the panel"),
    "propose": gettext_lazy("Propose the winner"),
    "name_next": gettext_lazy("Name the next candidate"),
    "amend": gettext_lazy("Move by a supplement"),
    "file_copy": gettext_lazy("File a copy"),
    "plan": gettext_lazy("Plan"),
    "open": gettext_lazy("Open the evaluation"),
    "tick_negative_list": gettext_lazy("Go through the negative list"),
    "declare_seat": gettext_lazy("A member declares no conflict of interest"),
    "sign_seat": gettext_lazy("A member signs the scoring report"),
    "promise_seed": gettext_lazy("Promise the seed of the draw"),
    "fix_candidates": gettext_lazy("Fix who can be drawn"),
    "drop_draw": gettext_lazy("Give up a prepared draw"),
    "replace_seat": gettext_lazy("Fill a seat again"),
    "close_sheet": gettext_lazy("A member signs the own sheet"),
    "set_time_to_sign": gettext_lazy("Set a time to sign"),
    "ask_low_price": gettext_lazy("Ask the bidder about its price"),
    "explain_low_price": gettext_lazy("Explain a low price"),
    "settle_low_price": gettext_lazy("Settle an abnormally low price"),
    "compare_bids": gettext_lazy("Compare the opened bids"),
    "attachment_fault": gettext_lazy("An attached file is not as it was handed in"),
    "file": gettext_lazy("File"),
    "add_evidence": gettext_lazy("Add evidence"),
    "add_reply_files": gettext_lazy("Add files to the reply"),
    "fail_lot": gettext_lazy("End a lot"),
    "confirm_opening": gettext_lazy("An officer confirms the opening"),
    "opening_stopped": gettext_lazy("The opening is stopped: an envelope was changed"),
    "unwrap_key": gettext_lazy("Use the key of the call"),
    "open_final_offer": gettext_lazy("Open the final offer"),
    "confirm_bid": gettext_lazy("Confirm a bid after a correction"),
    "record_official": gettext_lazy("Record the designated medium"),
    "publish_single_source": gettext_lazy("Make a single-source plan public"),
    "correct_notice": gettext_lazy("Correct a slip in a notice"),
    "publish_change": gettext_lazy("Publish a change of the contract"),
    "move_dates": gettext_lazy("Periods start with the designated medium"),
    "invite_final_offers": gettext_lazy("Invite final offers"),
    "add_signature": gettext_lazy("Add a signature"),
    "ask_evaluators": gettext_lazy("Ask the evaluators"),
    "score_seat": gettext_lazy("An evaluator gives a score"),
    "pay": gettext_lazy("Record the payment"),
    "make_codes": gettext_lazy("Make survey codes"),
    "bring_in": gettext_lazy("Note which rules came later"),
    "bring_in_answers": gettext_lazy("Bring in the answers of a past survey"),
    "rate_as_station": gettext_lazy("The station rates"),
    "score_as_buyer": gettext_lazy("The buyer rates"),
}

# What a challenge leads to, in the same act.
FOLLOWS = ("challenge", "dismiss", "uphold", "suspend", "resume", "resume_signed")


OF_THE_CHALLENGER = ("file", "withdraw", "add_evidence")
OF_PRICES = ("ask_low_price", "explain_low_price", "settle_low_price")


def visible(project: Project) -> QuerySet[TransitionLog]:
    """The rows everybody may see, in order of time.

    A bid that is not opened is not there at all: neither that it exists nor how many do. A final offer is
    told when all of them are opened together (P10), and what would hint at a price that is not read out only once the
    call is concluded (P9). A draft of a call is its buyer's own business.
    """
    bids = Bid.objects.filter(lot__call__project=project)
    sealed = bids.filter(opened_at__isnull=True).values("pk")
    drafts = Call.objects.filter(project=project, state=CallState.DRAFT).values("pk")
    unpriced = bids.exclude(lot__call__method__in=PRICES_READ_OUT).exclude(lot__call__state=CallState.CONCLUDED)
    unread = bids.filter(lot__call__final_opened_at__isnull=True).values("pk")
    return (
        TransitionLog.objects.filter(thread=project.pk)
        .exclude(Q(subject_type="bids.bid") & Q(subject_id__in=sealed))
        .exclude(Q(subject_type="calls.call") & Q(subject_id__in=drafts))
        .exclude(Q(subject_type="bids.bid") & Q(action__in=OF_PRICES) & Q(subject_id__in=unpriced.values("pk")))
        .exclude(Q(subject_type="bids.bid") & Q(action="offer_final") & Q(subject_id__in=unread))
        .select_related("organisation")
        .order_by("at", "pk")
    )


def _states(model: Any) -> dict[str, Any]:
    return dict(model._meta.get_field("state").flatchoices)


def sentence(row: TransitionLog, project: Project) -> dict[str, Any]:
    """One line of the record in words. Organisations are named, persons never are."""
    model: Any = apps.get_model(row.subject_type)
    spec = model.transitions.get(row.action)
    states = _states(model)
    moved = row.source != row.target
    return {
        "at": row.at,
        "recorded_at": row.recorded_at if project.imported else None,
        "subject": SUBJECTS.get(row.subject_type, row.subject_type),
        "act": (spec.label if spec is not None else "") or ACTS.get(row.action, row.action),
        "source": states.get(row.source, row.source) if moved else "",
        "target": states.get(row.target, row.target) if moved else "",
        "who": "" if _unnamed(row, project) else row.organisation.name if row.organisation else "",
        "role": _role(row, project),
        "hash": row.hash,
    }


def _unnamed(row: TransitionLog, project: Project) -> bool:
    """Who asks or challenges is known to the buyer and the supervisors only: what it leads to names nobody either."""
    follows = row.subject_type in ("awards.award", "contracts.contract") and row.action in FOLLOWS
    filed = row.subject_type == "awards.challenge" and row.action in OF_THE_CHALLENGER
    return (filed or follows) and row.organisation_id != project.buyer_id


def _role(row: TransitionLog, project: Project) -> str:
    """As what the organisation acted; members and evaluators act for themselves, and some acts follow by rule."""
    if row.organisation is None:
        if row.actor_id is None:
            return _("by rule")
        return _("panel") if row.subject_type.startswith(("awards.", "bids.")) else _("evaluators")
    if row.organisation_id == project.buyer_id:
        return _("buyer")
    if row.facts.get("on_behalf_of") == project.buyer_id:
        return _("agency, for the buyer")
    if row.subject_type == "awards.challenge" and row.action not in OF_THE_CHALLENGER:
        return _("supervisors")
    return _("station") if row.organisation.is_station else _("supplier")


def is_whole(project: Project) -> bool:
    """Whether no row of this thread was edited, removed, cut off or put in; a fixed number of queries.

    Judged as ``verify_log`` judges, which reads every thread there is.
    """
    rows: dict[tuple[str, int], list[TransitionLog]] = {}
    for row in TransitionLog.objects.filter(thread=project.pk).order_by("subject_type", "subject_id", "sequence"):
        rows.setdefault((row.subject_type, row.subject_id), []).append(row)
    for label, way in WAYS.items():
        model: Any = apps.get_model(label)
        for subject in model._base_manager.filter(**{way: project.pk}):
            if any(chain.faults_of(subject, rows.pop((label, subject.pk), []))):
                return False
    return not rows  # a log whose subject is gone
