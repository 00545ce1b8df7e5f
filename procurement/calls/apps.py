from django.apps import AppConfig


class CallsConfig(AppConfig):
    name = "procurement.calls"
    label = "calls"
