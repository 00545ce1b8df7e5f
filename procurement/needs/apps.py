from django.apps import AppConfig


class NeedsConfig(AppConfig):
    name = "procurement.needs"
    label = "needs"
