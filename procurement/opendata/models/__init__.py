from procurement.opendata.models.releases import Release
from procurement.opendata.models.webhooks import Delivery, DeliveryState, Event, Subscription

__all__ = ["Delivery", "DeliveryState", "Event", "Release", "Subscription"]
