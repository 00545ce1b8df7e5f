"""The site's programs, standing still at one place the first time they come there: so that they can be killed there.

``HALT_AT`` names a function that the product calls; ``HALT_SIGN`` a file that tells that it was reached. Both the web
server (``tests.halting:application``) and the worker (``--app tests.halting``) are made from this module.
"""

from __future__ import annotations

import os
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from procurement.celery import app
from procurement.wsgi import application
from workflows import jobs

__all__ = ["app", "application"]

SIGN = Path(os.environ["HALT_SIGN"])


def halt_once() -> None:
    if not SIGN.exists():
        SIGN.touch()
        time.sleep(600)


def _stand_still_at(place: str) -> None:
    module, name = place.rsplit(".", 1)
    owner: Any = import_module(module)
    function = getattr(owner, name)

    def halting(*args: Any, **more: Any) -> Any:
        halt_once()
        return function(*args, **more)

    setattr(owner, name, halting)


if os.environ.get("HALT_AT"):
    _stand_still_at(os.environ["HALT_AT"])
if os.environ.get("HALT_JOB"):

    @jobs.handler(os.environ["HALT_JOB"])
    def announce(**arguments: Any) -> None:
        """Tells of an award, as a notification would: a line in a file, after the place where it may be killed."""
        halt_once()
        with SIGN.with_suffix(".told").open("a") as told:
            told.write(f"{arguments}\n")
