"""How often one address may try what anyone can try: counted in the cache, a window at a time."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest

from procurement.common import lockout

REGISTRATIONS_AN_HOUR = 20  # house: enough for a hall full of social organisations behind one address
HOUR = 3600


def too_many(request: HttpRequest, what: str, limit: int, seconds: int = HOUR) -> bool:
    """Counts one more try of ``what`` from the reader's address; True once there were more than ``limit``."""
    key = f"tries:{what}:{lockout.address(request)}"
    if cache.add(key, 1, seconds):
        return limit < 1
    try:
        return cache.incr(key) > limit
    except ValueError:  # the window ended between the two calls
        cache.add(key, 1, seconds)
        return limit < 1
