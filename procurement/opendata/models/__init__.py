"""The rows of this stage. What belongs to one thing alone stands beside it: search, sharing, subscriptions."""

from procurement.opendata.models.releases import Release
from procurement.opendata.models.webhooks import Delivery, DeliveryState, Event, Webhook
from procurement.opendata.search.models import SearchEntry
from procurement.opendata.sharing.models import WechatDraft
from procurement.opendata.subscriptions.models import Match, Subscription

__all__ = [
    "Delivery",
    "DeliveryState",
    "Event",
    "Match",
    "Release",
    "SearchEntry",
    "Subscription",
    "Webhook",
    "WechatDraft",
]
