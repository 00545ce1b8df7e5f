from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from procurement.opendata.search import index


class Command(BaseCommand):
    help = "Makes the search index anew from the record: after an upgrade, a restore, or rows brought in by hand."

    def handle(self, *args: Any, **options: Any) -> None:
        for kind, count in index.rebuild().items():
            self.stdout.write(f"{kind}: {count}")
