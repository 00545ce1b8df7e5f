from typing import Any

from django.core.management.base import BaseCommand

from procurement.bids import verification
from procurement.bids.models import Attachment, Envelope
from procurement.calls.models import Call


class Command(BaseCommand):
    help = "Checks every sealed envelope and every attached file, and names each that is not as it was handed in."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--call", default="", help="the number of one call; without it all of them")

    def handle(self, *args: Any, **options: Any) -> None:
        calls = Call.objects.filter(lots__bids__envelopes__isnull=False).distinct().order_by("pk")
        if options["call"]:
            calls = calls.filter(number=options["call"])
        count = 0
        for call in calls:
            for fault in verification.faults(call):
                count += 1
                self.stdout.write(f"{call.number}: {fault}")
        if count:
            raise SystemExit(1)
        files = Attachment.objects.filter(envelope__isnull=False).count()
        self.stdout.write(f"{Envelope.objects.count()} envelopes and {files} files, all as they were handed in")
