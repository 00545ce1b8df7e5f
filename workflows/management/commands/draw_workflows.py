from typing import Any

from django.core.management.base import BaseCommand

from workflows import diagrams


class Command(BaseCommand):
    help = "Writes one Mermaid diagram per state machine into docs/workflows/."

    def handle(self, *args: Any, **options: Any) -> None:
        folder = diagrams.directory()
        folder.mkdir(parents=True, exist_ok=True)
        wanted = diagrams.drawn()
        for path in folder.glob("*.md"):
            if path.name not in wanted:
                path.unlink()
        for name, text in wanted.items():
            (folder / name).write_text(text, encoding="utf-8")
        self.stdout.write(f"{len(wanted)} diagrams in {folder.name}/")
