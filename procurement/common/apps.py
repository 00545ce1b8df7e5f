from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "procurement.common"
    label = "common"

    def ready(self) -> None:
        # the queue's application must be the current one in every process, whoever enqueues
        from procurement import celery  # noqa: F401
        from procurement.common import checks  # noqa: F401
