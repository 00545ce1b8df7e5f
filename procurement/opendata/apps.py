from django.apps import AppConfig


class OpendataConfig(AppConfig):
    name = "procurement.opendata"
    label = "opendata"

    def ready(self) -> None:
        from procurement.opendata import freshness

        freshness.connect()
        # these register their handlers by being read
        from procurement.opendata import tasks  # noqa: F401
        from procurement.opendata.ocds import tasks as _releases  # noqa: F401
        from procurement.opendata.search import tasks as _search  # noqa: F401
        from procurement.opendata.sharing import tasks as _sharing  # noqa: F401
        from procurement.opendata.subscriptions import tasks as _subscriptions  # noqa: F401
        from procurement.opendata.webhooks import tasks as _webhooks  # noqa: F401
