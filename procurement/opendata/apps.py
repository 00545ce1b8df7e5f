from django.apps import AppConfig


class OpendataConfig(AppConfig):
    name = "procurement.opendata"
    label = "opendata"

    def ready(self) -> None:
        from procurement.opendata import freshness

        freshness.connect()
