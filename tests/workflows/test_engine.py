"""The one gateway: what it refuses, what it writes, and that nobody gets round it."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction

from procurement.accounts.models import Organisation
from procurement.awards.models import Award
from procurement.bids.models import Bid
from procurement.calls.models import Call
from procurement.projects import actions as project_actions
from procurement.projects.models import Project
from tests import threads
from workflows import chain, diagrams, engine, jobs
from workflows.errors import ClaimedTimeRefused, OutsideGateway, TransitionBlocked
from workflows.machine import Act
from workflows.models import Job, TransitionLog


def approver(project: Project) -> dict[str, Any]:
    return {"by": threads.login("approver"), "organisation": project.buyer}


@pytest.mark.django_db
@pytest.mark.both_languages
class TestPerform:
    @pytest.fixture
    def project(self) -> Project:
        return threads.waiting("approve")

    def test_moves_the_row_and_writes_one_line(self, project: Project) -> None:
        before = project.log_length
        engine.perform(project.approve, **approver(project))
        fresh = project.fresh()
        row = TransitionLog.objects.filter(subject_type="projects.project", subject_id=project.pk).latest("pk")
        assert (fresh.state, fresh.log_length, fresh.log_head) == ("approved", before + 1, row.hash)
        assert (row.source, row.target, row.actor.username) == ("formed", "approved", "approver")

    def test_a_second_click_is_refused_and_changes_nothing(self, project: Project) -> None:
        engine.perform(project.approve, **approver(project))
        length = project.log_length
        with pytest.raises(TransitionBlocked) as refusal:
            engine.perform(project.approve, **approver(project))
        assert [reason.code for reason in refusal.value.reasons] == ["state"]
        assert project.fresh().log_length == length

    def test_another_role_is_refused(self, project: Project) -> None:
        with pytest.raises(PermissionDenied):
            engine.perform(project.approve, by=threads.login("finance"), organisation=project.buyer)
        assert project.fresh().state == "formed"

    def test_another_organisation_is_refused(self, project: Project) -> None:
        other = Organisation.objects.exclude(pk=project.buyer_id).filter(kind="station").first()
        with pytest.raises(PermissionDenied):
            engine.perform(project.approve, by=threads.login("approver"), organisation=other)

    def test_all_reasons_at_once_and_before_the_click(self, project: Project) -> None:
        project.ticks.all().delete()
        Project.objects.filter(pk=project.pk).update(budget="999999999.00")
        project.refresh_from_db()
        shown = engine.blockers(project.approve, **approver(project))
        with pytest.raises(TransitionBlocked) as refusal:
            engine.perform(project.approve, **approver(project))
        assert {reason.rule for reason in refusal.value.reasons} == {"W4", "W5"} <= {reason.rule for reason in shown}

    def test_moves_are_those_of_the_role(self, project: Project) -> None:
        assert {move.name for move in engine.moves(project, **_as(project, "approver"))} == {"approve", "terminate"}
        assert engine.moves(project, **_as(project, "finance")) == []

    def test_a_failure_in_the_middle_leaves_nothing(self, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_args: Any, **_more: Any) -> None:
            raise RuntimeError("the lights went out")

        jobs_before, length = Job.objects.count(), project.log_length
        monkeypatch.setattr(engine, "_save", fail)
        with pytest.raises(RuntimeError), transaction.atomic():
            project_actions.approve(project, **approver(project))
        fresh = Project.objects.get(pk=project.pk)
        assert (fresh.state, fresh.log_length, Job.objects.count()) == ("formed", length, jobs_before)


def _as(project: Project, name: str) -> dict[str, Any]:
    return {"user": threads.login(name), "organisation": project.buyer}


@pytest.mark.django_db
class TestBypass:
    @pytest.fixture
    def project(self) -> Project:
        return threads.waiting("approve")

    def test_calling_the_method_raises(self, project: Project) -> None:
        with pytest.raises(OutsideGateway):
            project.approve(Act(by=threads.login("approver"), at=engine.database_now()))

    def test_setting_the_state_raises(self, project: Project) -> None:
        with pytest.raises(AttributeError):
            project.state = "approved"

    def test_an_update_of_rows_is_refused_by_the_database(self, project: Project) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            Project.objects.filter(pk=project.pk).update(state="approved")
        assert project.fresh().state == "formed"

    @pytest.mark.parametrize(
        "statement", ["UPDATE workflows_transitionlog SET reason = 'x'", "DELETE FROM workflows_transitionlog"]
    )
    def test_the_log_is_append_only(self, project: Project, statement: str) -> None:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    def test_a_live_row_takes_no_claimed_time(self, project: Project) -> None:
        Project.objects.filter(pk=project.pk).update(imported=False)
        project.refresh_from_db()
        with engine.at_time(engine.database_now()), pytest.raises(ClaimedTimeRefused):
            engine.perform(project.approve, **approver(project))


@pytest.mark.django_db
class TestVerifyLog:
    """The chain is broken behind the triggers' back, as somebody with the database's own rights could."""

    @pytest.fixture
    def project(self) -> Project:
        project = threads.waiting("publish")
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
        return project

    def rows(self, project: Project) -> Any:
        return TransitionLog.objects.filter(subject_type="projects.project", subject_id=project.pk).order_by("sequence")

    def test_a_whole_chain_has_no_fault(self, project: Project) -> None:
        assert list(chain.faults()) == []

    def test_names_an_edited_row(self, project: Project) -> None:
        self.rows(project).filter(sequence=2).update(reason="edited")
        assert list(chain.faults()) == [
            f"projects.Project#{project.pk}: row 2 ({self.rows(project)[1].action}) was edited"
        ]

    def test_names_a_removed_row(self, project: Project) -> None:
        self.rows(project).filter(sequence=2).delete()
        assert f"projects.Project#{project.pk}: row 2 is missing" in list(chain.faults())

    def test_names_a_cut_off_row(self, project: Project) -> None:
        last = self.rows(project).last().sequence
        self.rows(project).filter(sequence=last).delete()
        faults = list(chain.faults())
        assert f"projects.Project#{project.pk}: the log was cut off after row {last - 1} of {last}" in faults

    def test_the_command_fails_aloud(self, project: Project, capsys: pytest.CaptureFixture[str]) -> None:
        self.rows(project).filter(sequence=2).update(reason="edited")
        with pytest.raises(SystemExit):
            call_command("verify_log")
        assert "was edited" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_two_connections_race_and_one_wins() -> None:
    project = threads.waiting("approve")
    who, gate, outcomes = approver(project), threading.Barrier(2), []

    def run() -> None:
        try:
            own = Project.objects.get(pk=project.pk)
            gate.wait()
            engine.perform(own.approve, **who)
            outcomes.append("won")
        except TransitionBlocked as refusal:
            outcomes.append(refusal.reasons[0].code)
        finally:
            connections.close_all()

    runners = [threading.Thread(target=run) for _n in range(2)]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()
    assert sorted(outcomes) == ["state", "won"]
    assert list(chain.faults()) == []


@pytest.mark.django_db
class TestJobs:
    def test_runs_once_and_is_done(self, monkeypatch: pytest.MonkeyPatch) -> None:
        seen: list[int] = []
        monkeypatch.setitem(jobs._handlers, "test.kind", [lambda number: seen.append(number)])
        job = jobs.enqueue("test.kind", number=7)
        jobs.run_due()
        jobs.run_due()
        job.refresh_from_db()
        assert (seen, job.state) == ([7], "done")

    def test_a_failing_job_is_kept_with_its_error_and_stops_no_other(self, monkeypatch: pytest.MonkeyPatch) -> None:
        seen: list[str] = []

        def fail() -> None:
            raise ValueError("no paper in the tray")

        monkeypatch.setitem(jobs._handlers, "test.bad", [fail])
        monkeypatch.setitem(jobs._handlers, "test.good", [lambda: seen.append("ran")])
        bad = jobs.enqueue("test.bad")
        jobs.enqueue("test.good")
        jobs.run_due()
        bad.refresh_from_db()
        assert seen == ["ran"]
        assert (bad.state, bad.attempts) == ("pending", 1)
        assert "no paper in the tray" in bad.last_error


def test_diagrams_are_current() -> None:
    folder = diagrams.directory()
    assert {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")} == diagrams.drawn()


def test_every_machine_keeps_its_states_in_the_database() -> None:
    for model in (Project, Call, Bid, Award):
        assert any(constraint.name.startswith(model._meta.model_name) for constraint in model._meta.constraints)
