"""The rows of this stage, each beside what it is for."""

from procurement.opendata.search.models import SearchEntry
from procurement.opendata.sharing.models import WechatDraft
from procurement.opendata.subscriptions.models import Match, Subscription

__all__ = ["Match", "SearchEntry", "Subscription", "WechatDraft"]
