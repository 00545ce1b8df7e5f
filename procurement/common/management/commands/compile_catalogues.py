from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from procurement.common import catalogues


class Command(BaseCommand):
    help = "Compiles the translations (.po to .mo) that have changed."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="also those that have not changed")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            written = catalogues.compile_stale(everything=options["all"])
        except catalogues.CatalogueProblem as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write("\n".join(str(path) for path in written) or "Every translation is up to date.")
