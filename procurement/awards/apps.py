from django.apps import AppConfig


class AwardsConfig(AppConfig):
    name = "procurement.awards"
    label = "awards"
