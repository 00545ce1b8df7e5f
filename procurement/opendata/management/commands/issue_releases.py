from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from procurement.opendata.ocds import issuing
from procurement.projects.models import Project


class Command(BaseCommand):
    help = "Issues the OCDS releases that are still missing, thread by thread, oldest first. May be run again."

    def handle(self, *args: Any, **options: Any) -> None:
        count = 0
        threads = Project.objects.filter(approved_at__isnull=False, rehearsal=False)
        for project in threads.select_related("buyer").order_by("approved_at", "pk").iterator(chunk_size=200):
            count += len(issuing.issue(project))
        self.stdout.write(f"{count} releases issued")
