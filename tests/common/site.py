"""Runs the site's processes as `manage.py serve_demo` does, without tables and demo data, which take minutes.

A process of its own: what it does with signals must not reach the test run.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import django

django.setup()

from procurement.common.serving import ServingProblem, run, steps  # noqa: E402 - needs the settings


def alive(address: str, check: Callable[[], None], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while steps._status(f"{address}/healthz") != 200:
        check()
        if time.monotonic() > until:
            raise ServingProblem("/healthz does not answer")
        time.sleep(0.1)


def main() -> int:
    steps.migrate = lambda say: None
    steps.collect_static = lambda say: None
    steps.wait_for_pages = alive
    run.call_command = lambda name: None

    def say(line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    try:
        run.Demo(say).run()
    except ServingProblem as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
