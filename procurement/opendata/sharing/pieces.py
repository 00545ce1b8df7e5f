"""What can be passed on: a notice, a call, a thread; later packages register theirs (``register``)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils import timezone

from procurement.calls.models import Call
from procurement.common.money import yuan
from procurement.common.templatetags.huiqun import notice_field
from procurement.opendata.search.models import Kind
from procurement.opendata.search.sources import PERSONAL_FIELDS
from procurement.opendata.threads import public_projects
from procurement.projects.models import Notice, Project


@dataclass(frozen=True)
class Piece:
    """One public thing as it is shown elsewhere. ``html``: prose of an editor, else ``facts`` are its text."""

    kind: str
    pk: int
    title: str
    description: str
    path: str
    source: str
    facts: list[tuple[str, str]] = field(default_factory=list)
    html: str = ""
    state: str = ""  # of the thread, for the strip


MAKERS: dict[str, Callable[[int], Piece | None]] = {}


def register(kind: str, maker: Callable[[int], Piece | None]) -> None:
    """``maker`` gives the piece of a key while it is public, else None."""
    MAKERS[kind] = maker


def find(kind: str, pk: int) -> Piece | None:
    maker = MAKERS.get(kind)
    return maker(pk) if maker is not None else None


def _minute(moment: object) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""  # type: ignore[arg-type]


def _of_project(project: Project) -> str:
    return f"{project.buyer.name} · {project.get_domain_display()} · {project.number}"


def notice(pk: int) -> Piece | None:
    row = (
        Notice.objects.filter(project__approved_at__isnull=False).select_related("project__buyer").filter(pk=pk).first()
    )
    if row is None:
        return None
    return Piece(
        Kind.NOTICE,
        row.pk,
        row.title,
        _of_project(row.project),
        f"/threads/{row.project.number}/notices/{row.number}/",
        row.project.buyer.name,
        [
            (notice_field(name), str(value))
            for name, value in row.fields.items()
            # people's names stay where the law has them shown, and are not carried elsewhere
            if value and name not in PERSONAL_FIELDS
        ],
        state=row.project.state,
    )


def call(pk: int) -> Piece | None:
    row = Call.objects.filter(published_at__isnull=False).select_related("project__buyer").filter(pk=pk).first()
    if row is None:
        return None
    project = row.project
    facts = [
        (notice_field("number"), row.number),
        (notice_field("method"), str(row.get_method_display())),
        (notice_field("ceiling"), yuan(row.ceiling)),
        (notice_field("need"), row.requirements or project.summary),
        (notice_field("qualifications"), row.qualifications),
        (notice_field("term"), f"{project.term_start} – {project.term_end}"),
        (notice_field("deadline"), _minute(row.deadline)),
    ]
    return Piece(
        Kind.CALL,
        row.pk,
        project.title,
        f"{project.buyer.name} · {notice_field('deadline')} {_minute(row.deadline)}",
        f"/calls/{row.number.lower()}/",
        project.buyer.name,
        [(label, value) for label, value in facts if value],
        state=project.state,
    )


def thread(pk: int) -> Piece | None:
    project = public_projects().filter(pk=pk).first()
    if project is None:
        return None
    facts = [
        (notice_field("number"), project.number),
        (notice_field("budget"), yuan(project.budget)),
        (notice_field("need"), project.summary),
        (notice_field("term"), f"{project.term_start} – {project.term_end}"),
    ]
    return Piece(
        Kind.THREAD,
        project.pk,
        project.title,
        _of_project(project),
        f"/threads/{project.number}/",
        project.buyer.name,
        [(label, value) for label, value in facts if value],
        state=project.state,
    )


register(Kind.NOTICE, notice)
register(Kind.CALL, call)
register(Kind.THREAD, thread)
