from django.apps import AppConfig


class OpendataConfig(AppConfig):
    name = "procurement.opendata"
    label = "opendata"
