from django.apps import AppConfig


class OpendataConfig(AppConfig):
    name = "procurement.opendata"
    label = "opendata"

    def ready(self) -> None:
        from procurement.opendata import tasks  # noqa: F401 - they register themselves
        from procurement.opendata.ocds import tasks as releases  # noqa: F401
        from procurement.opendata.webhooks import tasks as messages  # noqa: F401
