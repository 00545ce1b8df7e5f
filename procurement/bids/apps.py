from django.apps import AppConfig


class BidsConfig(AppConfig):
    name = "procurement.bids"
    label = "bids"

    def ready(self) -> None:
        from procurement.bids import deadlines, tasks  # noqa: F401 - they register themselves
