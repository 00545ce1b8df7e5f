"""What every transition owes, written once. A concrete class names its own facts: see ``TransitionTest``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import datetime
from typing import Any, ClassVar

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from procurement.accounts.enums import Role
from procurement.accounts.models import Organisation
from procurement.projects.models import Notice
from tests.factories.accounts import MembershipFactory, OrganisationFactory, who
from tests.factories.clock import acting
from workflows import chain, engine
from workflows.errors import TransitionBlocked
from workflows.models import Job, Machine, TransitionLog

TESTED: dict[tuple[str, str], type] = {}  # ("needs.need", "submit") → its class
FAILS_AT = ("workflows.chain.append", "workflows.engine._save")  # before and after the log's new line
AND_AT_THE_END = (*FAILS_AT, "workflows.jobs.enqueue")  # what most of the product's own actions do last


class LightsOutError(RuntimeError):
    """What fails in the middle."""


def go_out(*_args: Any, **_more: Any) -> None:
    raise LightsOutError


def everything() -> dict[str, Any]:
    """What an act may change: all states with their logs' lengths and heads, and the rows acts leave behind."""
    found: dict[str, Any] = {
        model._meta.label: list(model._base_manager.order_by("pk").values_list("pk", "state", "log_length", "log_head"))
        for model in chain.machines()
    }
    return found | {model.__name__: model._base_manager.count() for model in (TransitionLog, Job, Notice)}


@pytest.mark.django_db
@pytest.mark.both_languages
class TransitionTest:
    """A subclass says: ``machine``, ``act``, ``sources``, ``target``; ``make(source)``, a subject ready for the act;
    ``party(subject)``, the organisation it is done for; ``roles``, who may do it there.

    ``more`` is what the act needs besides (reason, given, facts), ``moment`` the earliest time for it.
    An automatic act names no roles. ``through`` is the product's own action where it does more than this one act;
    ``fails_at`` then says what else may fail on its way.
    """

    machine: ClassVar[type[Machine]]
    act: ClassVar[str]
    sources: ClassVar[tuple[str, ...]]
    target: ClassVar[str]
    roles: ClassVar[tuple[str, ...]] = ()
    automatic: ClassVar[bool] = False
    fails_at: ClassVar[tuple[str, ...]] = FAILS_AT

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        if "act" in vars(cls):
            TESTED[cls.machine._meta.label_lower, cls.act] = cls

    # what a concrete class names --------------------------------------------------------------------------
    def make(self, source: str) -> Any:
        raise NotImplementedError

    def party(self, subject: Any) -> Organisation:
        raise NotImplementedError

    def by(self, subject: Any) -> dict[str, Any]:
        return who(self.party(subject), self.roles[0] if self.roles else Role.DRAFTER)

    def more(self, subject: Any) -> dict[str, Any]:
        return {}

    def moment(self, subject: Any) -> datetime | None:
        return None

    def through(self, subject: Any) -> None:
        self.perform(subject, **self.by(subject))

    # mechanics --------------------------------------------------------------------------------------------
    def pytest_generate_tests(self, metafunc: Any) -> None:
        names = metafunc.fixturenames
        if "source" in names:
            every = metafunc.function.__name__ == "test_goes_from_source_to_target_and_writes_one_line"
            metafunc.parametrize("source", self.sources if every else self.sources[:1], scope="class")
        if "forbidden" in names:
            metafunc.parametrize("forbidden", [state for state in self._states() if state not in self.sources])
        if "failing" in names:
            metafunc.parametrize("failing", self.fails_at)

    def _states(self) -> list[str]:
        return [str(value) for value, _label in self.machine._meta.get_field("state").choices]

    @pytest.fixture(scope="class")
    @classmethod
    def built(cls, source: str, django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
        """The subject in ``source``, built once for a class; each test runs in a savepoint above it."""
        with django_db_blocker.unblock(), transaction.atomic():
            yield cls().make(source).pk
            transaction.set_rollback(True)

    @pytest.fixture
    def subject(self, source: str, built: Any, db: None) -> Any:
        return self.machine._base_manager.get(pk=built)

    def perform(self, subject: Any, **by: Any) -> Any:
        with (
            acting(subject, at=self.moment(subject)),
            engine.consequence() if self.automatic else nullcontext(),
        ):
            return engine.perform(getattr(subject, self.act), **by, **self.more(subject))

    # what every transition owes ---------------------------------------------------------------------------
    def test_goes_from_source_to_target_and_writes_one_line(self, subject: Any, source: str) -> None:
        assert subject.state == source
        length, by = subject.log_length, self.by(subject)
        self.perform(subject, **by)
        fresh = subject.fresh()
        assert (fresh.state, fresh.log_length) == (self.target, length + 1)
        row = TransitionLog.objects.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk).latest("pk")
        assert (row.action, row.source, row.target) == (self.act, source, self.target)
        assert (row.actor, row.organisation) == (by["by"], by.get("organisation"))
        assert (row.sequence, row.hash, row.thread) == (fresh.log_length, fresh.log_head, fresh.thread_id)

    def test_a_second_time_is_refused(self, subject: Any) -> None:
        if self.target in self.sources:
            pytest.skip("leads back to where it may be done")
        by = self.by(subject)
        self.perform(subject, **by)
        before = everything()
        with pytest.raises(TransitionBlocked) as refusal:
            self.perform(subject, **by)
        assert [reason.code for reason in refusal.value.reasons] == ["state"]
        assert everything() == before

    def test_is_refused_from_another_state(self, forbidden: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Judged on a subject that has the state in memory alone: the engine asks for the state before all else."""
        subject = self.machine(pk=1, state=forbidden)
        monkeypatch.setattr(engine, "_lock", lambda found: found)
        before = everything()
        with pytest.raises(TransitionBlocked) as refusal, engine.consequence():
            engine.perform(getattr(subject, self.act), by=None)
        assert [reason.code for reason in refusal.value.reasons] == ["state"]
        assert (subject.state, subject.log_length, everything()) == (forbidden, 0, before)

    def test_others_may_not(self, subject: Any) -> None:
        others = list(self.others(subject))
        before = everything()
        for by in others:
            with pytest.raises(PermissionDenied):
                self.try_to(subject, **by)
        assert everything() == before

    def test_a_failure_in_the_middle_leaves_nothing(
        self, subject: Any, failing: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.by(subject)  # makes the person, where there is none yet
        before = everything()
        monkeypatch.setattr(failing, go_out)
        with pytest.raises(LightsOutError), acting(subject, at=self.moment(subject)):
            self.through(subject)
        assert everything() == before

    def test_declares_what_this_class_says(self) -> None:
        spec = self.machine.transitions[self.act]
        assert set(spec.sources) == set(self.sources)
        assert (spec.target or self.sources[0], spec.automatic) == (self.target, self.automatic)

    # who may not ------------------------------------------------------------------------------------------
    def try_to(self, subject: Any, **by: Any) -> None:
        """Outside any consequence: how a person would try."""
        with acting(subject, at=self.moment(subject)):
            engine.perform(getattr(subject, self.act), **by, **self.more(subject))

    def others(self, subject: Any) -> Iterator[dict[str, Any]]:
        """Nobody; the right person for nobody or for others; the right role elsewhere; every other role here."""
        yield {"by": None}
        if self.automatic:
            yield self.by(subject)
            return
        here, elsewhere = self.party(subject), OrganisationFactory(buyer=True)
        insider = self.by(subject)["by"]
        yield {"by": insider}
        yield {"by": insider, "organisation": elsewhere}
        yield who(elsewhere, self.roles[0]) | {"organisation": here}
        outsider = MembershipFactory(organisation=elsewhere, roles=[str(role) for role in Role])
        yield {"by": outsider.user, "organisation": elsewhere}
        wrong = MembershipFactory(organisation=here, roles=[str(role) for role in Role if role not in self.roles])
        yield {"by": wrong.user, "organisation": here}
        former = MembershipFactory(organisation=here, roles=[str(self.roles[0])], active=False)
        yield {"by": former.user, "organisation": here}
