from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

from procurement.cases.reader import CaseError, read_case
from procurement.projects.enums import ProjectState

WRONG_FILE, REFUSED = 1, 3


class Command(BaseCommand):
    help = "Drives one project from a case file through the platform's own acts (docs/case-files.md)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("case", type=Path)
        parser.add_argument("--until", choices=ProjectState.values, help="stop when the project reaches this state")
        parser.add_argument("--out", type=Path, help="folder for the PDFs")
        parser.add_argument("--profile", action="store_true", help="print where the time goes")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            case = read_case(options["case"])
            out = self._folder(options["out"], case.case)
        except CaseError as error:
            self.stderr.write(str(error))
            sys.exit(WRONG_FILE)
        from procurement.cases.replay.driver import replay

        self._prepare()
        outcome = replay(case, until=options["until"], out=out, say=self.stderr.write)
        self.stdout.write(json.dumps(outcome.answer, ensure_ascii=False, indent=2))
        if options["profile"]:
            self._profile(outcome.seconds)
        if outcome.refused:
            for refusal in outcome.answer["refusals"]:
                source = " ".join(part for part in (refusal["rule"], refusal["article"]) if part)
                self.stderr.write(
                    f"refused: {refusal['act']}: {refusal['message']}" + (f" ({source})" if source else "")
                )
            sys.exit(REFUSED)

    def _folder(self, out: Path | None, case_id: str) -> Path:
        """Where the PDFs go; raises ``CaseError`` where that cannot be a folder."""
        folder = out if out is not None else Path(settings.HUIQUN_VAR) / "replay" / case_id
        if folder.exists() and not folder.is_dir():
            raise CaseError(f"--out: {folder} is not a folder")
        return folder

    def _prepare(self) -> None:
        """An empty database is made ready first, so that a replay works by itself."""
        executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stderr.write("preparing the database …")
            call_command("migrate", interactive=False, verbosity=0, stdout=self.stderr)

    def _profile(self, seconds: dict[str, float]) -> None:
        total = sum(seconds.values())
        for name, spent in sorted(seconds.items(), key=lambda item: -item[1]):
            self.stderr.write(f"{spent:8.3f} s  {spent / total:5.1%}  {name}")
        self.stderr.write(f"{total:8.3f} s  in all")
