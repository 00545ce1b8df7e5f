"""`make demo`: what stops a start, what ends a run, and that nothing is left behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings

from procurement.common.serving import ServingProblem, before
from procurement.common.serving.table import table, width

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 90


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Site:
    """A site started by tests.common.site, and what it has said so far."""

    def __init__(self, var: Path, port: int) -> None:
        self.var, self.port = var, port
        self.output = var.parent / f"{var.name}-{port}.txt"
        environment = {
            **os.environ, "HUIQUN_VAR": str(var), "HUIQUN_PORT": str(port), "HUIQUN_LANGUAGE": "en",
            "DJANGO_SETTINGS_MODULE": "procurement.settings.test", "HUIQUN_ENV": "test",
        }  # fmt: skip
        with self.output.open("w") as stream:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.common.site"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def said(self) -> str:
        return self.output.read_text()

    def wait_ready(self) -> Site:
        until = time.monotonic() + READY_SECONDS
        while "Role" not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < until, self.said()
            time.sleep(0.1)
        return self

    def children(self) -> dict[str, int]:
        return dict(before.Place(self.var).read()["children"])

    def survivors(self) -> list[str]:
        """Processes of this site that still run, zombies aside."""
        listed = subprocess.run(["ps", "axo", "stat=,args="], capture_output=True, text=True, check=True).stdout  # noqa: S607
        marks = (str(self.var), f"--port {self.port}")
        return [
            line for line in listed.splitlines() if not line.startswith("Z") and any(mark in line for mark in marks)
        ]


@contextmanager
def site(var: Path, port: int) -> Iterator[Site]:
    started = Site(var, port)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.process.send_signal(signal.SIGTERM)
            try:
                started.process.wait(timeout=40)
            except subprocess.TimeoutExpired:
                started.process.kill()
                started.process.wait()


@pytest.fixture
def var() -> Iterator[Path]:
    """A folder for one site. Not the run's temporary one: as root the database's user must reach it."""
    folder = settings.HUIQUN_VAR / f"site-{os.getpid()}"
    folder.mkdir()
    yield folder
    for left in folder.parent.glob(f"{folder.name}*"):
        shutil.rmtree(left) if left.is_dir() else left.unlink()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything(var: Path, number: signal.Signals) -> None:
    with site(var, free_port()) as running:
        running.wait_ready()
        assert set(running.children()) == {"The web server", "The worker"}
        running.process.send_signal(number)
        assert running.process.wait(timeout=40) == 0, running.said()
        assert "Everything has stopped" in running.said()
        assert running.survivors() == []
        assert not before.Place(var).file.exists()


def test_a_process_that_dies_is_named_and_the_rest_stops(var: Path) -> None:
    with site(var, free_port()) as running:
        running.wait_ready()
        os.killpg(running.children()["The worker"], signal.SIGKILL)
        assert running.process.wait(timeout=40) == 1
        assert "The worker has stopped by itself (-9)" in running.said()
        assert "worker.log" in running.said()
        assert "Traceback" not in running.said()
        assert running.survivors() == []


def test_after_a_start_that_was_cut_off_the_next_one_cleans_up(var: Path) -> None:
    port = free_port()
    with site(var, port) as first:
        first.wait_ready()
        os.kill(first.process.pid, signal.SIGKILL)
        first.process.wait()
        left = first.children()
        assert all(alive(pid) for pid in left.values())
        with site(var, port) as second:  # the very port that the left ones still hold
            second.wait_ready()
            assert "stopped what it left running: The web server" in second.said()
            assert not any(alive(pid) for pid in left.values())


def test_a_second_start_in_the_same_folder_is_refused(var: Path) -> None:
    with before.Place(var).taken():
        before.Place(var).write("http://127.0.0.1:8000", {})
        with pytest.raises(ServingProblem, match="8000") as refusal, before.Place(var).taken():
            pass
        assert "HUIQUN_VAR=var2 HUIQUN_PORT=8001 make demo" in str(refusal.value)


def alive(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        # our own killed children's children are reaped by whoever adopts them
        state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S607
        return bool(state.stdout.strip()) and not state.stdout.startswith("Z")
    return False


@pytest.mark.both_languages
def test_a_port_in_use_is_a_sentence_with_a_way_out() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ServingProblem, match=f"{port}.*HUIQUN_PORT=[0-9]+ make demo"):
            before.check_port("127.0.0.1", port)
    before.check_port("127.0.0.1", port)


def test_a_port_that_is_none() -> None:
    with pytest.raises(ServingProblem, match="65535"):
        before.check_port("127.0.0.1", 70000)


@pytest.mark.both_languages
def test_a_full_disk_is_a_sentence_with_a_way_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(before.shutil, "disk_usage", lambda folder: SimpleNamespace(free=40 * 1048576))
    with pytest.raises(ServingProblem, match=r"40 MB.*HUIQUN_VAR") as refusal:
        before.check_space(tmp_path)
    assert str(tmp_path) in str(refusal.value)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"children": 3}', '{"children": {"x": "y"}}', "null"])
def test_a_broken_record_of_an_earlier_start_is_no_obstacle(tmp_path: Path, content: str) -> None:
    place = before.Place(tmp_path)
    with place.taken():
        place.file.write_text(content)
        assert place.stop_leftovers() == []
        assert not place.file.exists()


def test_a_number_that_is_another_programs_by_now_is_left_alone(tmp_path: Path) -> None:
    place = before.Place(tmp_path)
    bystander = subprocess.Popen(["sleep", "60"], start_new_session=True)  # noqa: S607
    try:
        with place.taken():
            place.file.write_text(json.dumps({"children": {"The worker": bystander.pid}}))
            assert place.stop_leftovers() == []
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_columns_of_a_table_line_up_with_chinese() -> None:
    lines = table(["角色", "login"], [["采购人", "a"], ["x", "bb"]])
    assert [width(line[: line.rindex(line.split()[-1])]) for line in (lines[0], *lines[2:])] == [10, 10, 10]
