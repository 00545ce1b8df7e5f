from django.apps import AppConfig


class ContractsConfig(AppConfig):
    name = "procurement.contracts"
    label = "contracts"

    def ready(self) -> None:
        from procurement.contracts import duties, following  # noqa: F401 - they register themselves
