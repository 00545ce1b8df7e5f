from django.apps import AppConfig


class CoordinationConfig(AppConfig):
    name = "procurement.coordination"
    label = "coordination"
