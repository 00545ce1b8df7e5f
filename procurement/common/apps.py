from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "procurement.common"
    label = "common"
