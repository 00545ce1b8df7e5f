from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from procurement.common.serving import ServingProblem
from procurement.common.serving.run import Demo


class Command(BaseCommand):
    help = "Runs the whole site with demo data on this machine until Ctrl-C: `make demo`."
    requires_system_checks: list[str] = []  # set-up has looked; a second start is to be quick

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.HUIQUN_ENV == "production":
            raise CommandError("The demo's logins are known to everybody: it does not run in production.")

        def say(line: str) -> None:
            self.stdout.write(line)
            self.stdout.flush()

        try:
            Demo(say).run()
        except ServingProblem as problem:
            raise CommandError(str(problem)) from problem
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {str(error).strip()}") from error
