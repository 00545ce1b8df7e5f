"""What a demonstration site shows: finished threads, and on any day one thread waiting at every step.

The cases in ``data/demo`` are replayed with their dates moved so that the step named in ``SCENES`` is the next
one today; from there on the thread is driven by whoever logs in. Rules judge the moved dates like any others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from procurement.accounts.actions import mandates
from procurement.accounts.enums import MandateAct, OrganisationKind, Role
from procurement.accounts.models import Mandate, Membership, Organisation, User
from procurement.calls.models import Call
from procurement.cases import reader
from procurement.cases.replay.cast import Cast
from procurement.cases.replay.driver import replay
from procurement.cases.replay.play import GENERAL_CONDITIONS
from procurement.common import areas
from procurement.projects.models import Project

DATA = Path(__file__).parent / "data"
PLACES = {"330199": "示例县", "510199": "示例区"}
PASSWORD = "Huiqun-demo-2026"  # noqa: S105 - printed for everybody; `demo` refuses to run in production
FINISHED = ("EX1", "C1", "C3", "C11", "C12", "C13", "C15", "EX6")
SEVERAL_EXPERTS = ("expert1", "expert2", "expert3", "expert4", "expert5", "expert6", "expert7")


@dataclass(frozen=True)
class Login:
    """A demo login: its user name, what the table calls it, its roles, and of which side it is."""

    username: str
    title: str
    roles: tuple[Role, ...]
    side: str


LOGINS = (
    Login("drafter", "采购人·起草", (Role.DRAFTER,), "buyer"),
    Login("approver", "采购人·审批", (Role.APPROVER,), "buyer"),
    Login("finance", "采购人·财务", (Role.FINANCE,), "buyer"),
    Login("officer1", "采购人·开标人一", (Role.OFFICER,), "buyer"),
    Login("officer2", "采购人·开标人二", (Role.OFFICER,), "buyer"),
    Login("signatory", "采购人·签署", (Role.SIGNATORY,), "buyer"),
    Login("agency", "采购代理·起草与开标", (Role.DRAFTER, Role.OFFICER), "agency"),
    Login("supplier", "承接方·经办与签署", (Role.SUPPLIER, Role.SIGNATORY), "supplier"),
    Login("station", "社区站点", (Role.STATION,), "station"),
    *(Login(name, f"评审专家{name[-1]}", (Role.EVALUATOR,), "pool") for name in SEVERAL_EXPERTS),
    Login("evaluator", "评估员", (Role.EVALUATOR,), "pool"),
    Login("regulator", "监督员", (Role.REGULATOR,), "platform"),
    Login("editor", "网站编辑", (Role.EDITOR,), "platform"),
    Login("administrator", "系统管理员", (Role.SYSTEM_ADMIN,), "platform"),
    Login("security", "安全管理员", (Role.SECURITY_ADMIN,), "platform"),
    Login("audit", "审计管理员", (Role.AUDIT_ADMIN,), "platform"),
)


@dataclass(frozen=True)
class Scene:
    """One waiting thread: the act it waits for, and the day of the case that becomes ``days`` from today.

    ``live``: its acts happen now, at no claimed time, so the thread is not one that was brought in. What a rule lets
    wait (an intent of thirty days, a deadline that is over) cannot be lived in a minute: such a scene is brought in,
    and says so.
    """

    key: str
    waits_for: str
    anchor: Callable[[Any], date | datetime]
    days: int
    live: bool = False


SCENES = (
    Scene("approve", "project.approve", lambda case: case.project.approved, 0, live=True),
    Scene("publish", "call.publish", lambda case: case.call.published, 0, live=True),
    Scene("open-for-bids-1", "bid.submit", lambda case: case.call.published, -2),
    Scene("open-for-bids-2", "bid.submit", lambda case: case.call.published, -9),
    Scene("to-open", "call.open", lambda case: case.call.deadline, -1),
    Scene("to-qualify", "bid.qualify", lambda case: case.call.deadline, -1),
    Scene("to-score", "panel.score", lambda case: case.call.deadline, -1),
    Scene("to-award", "award.confirm", lambda case: case.award.decided, -1),
    Scene("to-sign", "award.finalise", lambda case: case.award.noticed, -3),
    Scene("to-review", "milestone.score", lambda case: case.lots[0].delivery[0].submitted, -1),
    Scene("to-accept", "milestone.accept", lambda case: case.lots[0].delivery[0].submitted, -2),
    Scene("to-survey", "evaluation.collect", lambda case: case.lots[0].delivery[-1].paid, -2),
)
LIVE = Scene("open-now", "bid.submit", lambda case: case.call.published, 0, live=True)  # of each case in demo/live


class DemoCast(Cast):
    """The demo's experts and evaluators sit where a case names people without login."""

    def panel_member(self, position: int, name: str) -> User:
        if position <= len(SEVERAL_EXPERTS):
            return User.objects.get(username=SEVERAL_EXPERTS[position - 1])
        return super().panel_member(position, name)

    def evaluator(self, position: int) -> User:
        return User.objects.get(username="evaluator") if position == 1 else super().evaluator(position)


def _day(value: date | datetime) -> date:
    return timezone.localdate(value) if isinstance(value, datetime) else value


def name_places() -> None:
    """The places of the examples, which no standard knows."""
    for add in areas.ADD:
        for code, name in PLACES.items():
            add(code, name, "演示用，并非实际的行政区划")


def make_logins() -> None:
    """The demo's people, with the password everybody is told."""
    for login in LOGINS:
        user, made = User.objects.get_or_create(
            username=login.username, defaults={"display_name": login.title.split("·")[-1]}
        )
        if made:
            user.set_password(PASSWORD)
        user.is_superuser = login.username == "administrator"
        user.save()
    office, _made = Organisation.objects.get_or_create(
        code="11330199MB00000004",
        defaults={"name": "示例市群团工作联席会议", "kind": OrganisationKind.STATE_ORGAN, "region": "330199"},
    )
    centre, _made = Organisation.objects.get_or_create(
        code="52330199MJ9000022B",
        defaults={"name": "示例社会工作服务中心", "kind": OrganisationKind.SOCIAL_SERVICE, "region": "330199"},
    )
    _fill_in(centre, "示例县示例路 2 号")
    for login in LOGINS:
        if login.side in ("platform", "pool"):
            join(login, office)
        elif login.side == "supplier":
            join(login, centre)  # so that it can bid for every open call


def join(login: Login, organisation: Organisation) -> None:
    membership, _made = Membership.objects.get_or_create(
        user=User.objects.get(username=login.username), organisation=organisation
    )
    membership.roles = sorted({*membership.roles, *map(str, login.roles)})
    membership.save(update_fields=["roles"])


def _fill_in(organisation: Organisation, address: str) -> None:
    if not organisation.address:
        organisation.address, organisation.contact = address, "联系人（示例） 0571-00000000"
        organisation.save(update_fields=["address", "contact"])


def admit(project: Project) -> None:
    """Lets the demo's logins act for the organisations of a waiting thread."""
    sides: dict[str, list[Organisation]] = {"buyer": [project.buyer], "supplier": [], "station": []}
    _fill_in(project.buyer, "示例县示例路 1 号")
    for need in project.needs.select_related("station"):
        sides["station"].append(need.station)
    # a notice lacks a field without it (N1), and the approver of a waiting call is to be able to publish it
    project.calls.filter(state="draft", qualifications="").update(qualifications=GENERAL_CONDITIONS)
    for call in project.calls.all():
        suppliers = Organisation.objects.filter(bids__lot__call=call).distinct()
        sides["supplier"] += list(suppliers[:1] if call.state == "published" else suppliers)
    for login in LOGINS:
        for organisation in sides.get(login.side, []):
            join(login, organisation)


def entrust(buyer: Organisation) -> None:
    """Lets the demo's agency run the calls of one buyer, by a mandate as its approver would give it."""
    agency, _made = Organisation.objects.get_or_create(
        code="91330199MA00000310",
        defaults={"name": "示例招标代理有限公司", "kind": OrganisationKind.AGENCY, "region": "330199"},
    )
    _fill_in(agency, "示例县示例路 3 号")
    for login in LOGINS:
        if login.side == "agency":
            join(login, agency)
    today = timezone.localdate()
    mandate = Mandate(
        agency=agency,
        number=f"代理〔{today.year}〕1号",
        acts=list(MandateAct.values),
        valid_from=today,
        valid_until=today + timedelta(days=365),
    )
    mandates.grant(mandate, by=User.objects.get(username="approver"), organisation=buyer)


def play_finished(say: Callable[[str], None]) -> None:
    """The published cases, from need to verdict, at their own dates."""
    for name in FINISHED:
        case = reader.read_case(DATA / f"{name}.yaml")
        if not Project.objects.filter(case_id=case.case).exists():
            say(f"  {case.case} {case.title}")
            _play(case, None)


def _play(case: Any, before: str | None, *, live: bool = False) -> Project | None:
    outcome = replay(case, before=before, documents=False, cast=DemoCast(case.case), live=live)
    if outcome.refused:
        raise RuntimeError(f"{case.case}: {outcome.answer['refusals']}")
    return Project.objects.filter(case_id=case.case).first()


def waiting_is_stale(today: date) -> bool:
    """Whether no demo call takes bids any more; then every scene is set up once more, for today."""
    soon = timezone.now() + timedelta(days=3)
    return not Call.objects.filter(
        state="published", deadline__gt=soon, project__case_id__startswith="DEMO", project__rehearsal=False
    ).exists()


def _cases(folder: str) -> list[Any]:
    return [reader.read_case(path) for path in sorted((DATA / folder).glob("*.yaml"))]


def play_waiting(today: date, say: Callable[[str], None]) -> None:
    """One thread for every scene, its dates moved so that its step is next today."""
    cases = _cases("demo")
    scenes = [(scene, cases[number % len(cases)], scene.key) for number, scene in enumerate(SCENES)]
    scenes += [(LIVE, case, f"{LIVE.key}-{number}") for number, case in enumerate(_cases("demo/live"), 1)]
    for scene, case, key in scenes:
        case_id = f"DEMO-{today:%Y%m%d}-{key}"
        if Project.objects.filter(case_id=case_id).exists():
            continue
        moved = reader.with_case_id(case, case_id)
        days = (today - _day(scene.anchor(case))).days + scene.days
        say(f"  {key}: {case.title}")
        project = _play(reader.shifted(moved, days), scene.waits_for, live=scene.live)
        if project is not None:
            admit(project)
            if not Mandate.objects.exists():
                entrust(project.buyer)


@transaction.atomic
def fill(say: Callable[[str], None] = lambda line: None) -> None:
    """Everything the demo shows; idempotent, and fresh on any later day."""
    today = timezone.localdate()
    name_places()
    make_logins()
    play_finished(say)
    if waiting_is_stale(today):
        play_waiting(today, say)
