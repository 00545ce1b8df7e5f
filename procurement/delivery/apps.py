from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "procurement.delivery"
    label = "delivery"

    def ready(self) -> None:
        from procurement.delivery import amending, duties  # noqa: F401 - they register themselves
