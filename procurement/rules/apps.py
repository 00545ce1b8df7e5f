from django.apps import AppConfig


class RulesConfig(AppConfig):
    name = "procurement.rules"
    label = "rules"
