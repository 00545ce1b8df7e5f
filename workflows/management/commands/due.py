from typing import Any

from django.core.management.base import BaseCommand

from workflows import deadlines, jobs


class Command(BaseCommand):
    help = "Fires every deadline and runs every job that is due now."

    def handle(self, *args: Any, **options: Any) -> None:
        fired = deadlines.fire()
        self.stdout.write(f"{fired} deadlines fired, {jobs.run_due()} jobs run")
