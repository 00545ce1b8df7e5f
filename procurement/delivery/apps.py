from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "procurement.delivery"
    label = "delivery"
