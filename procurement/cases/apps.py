from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "procurement.cases"
    label = "cases"
