from django.apps import AppConfig


class AwardsConfig(AppConfig):
    name = "procurement.awards"
    label = "awards"

    def ready(self) -> None:
        from procurement.awards import deadlines, duties  # noqa: F401 - they register themselves
