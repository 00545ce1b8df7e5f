from django.apps import AppConfig


class AwardsConfig(AppConfig):
    name = "procurement.awards"
    label = "awards"

    def ready(self) -> None:
        from procurement.accounts.workspace import duties as at_the_desk
        from procurement.awards import deadlines, duties, hearing, keeping  # noqa: F401 - they register themselves

        at_the_desk.source(duties.owed_by)
