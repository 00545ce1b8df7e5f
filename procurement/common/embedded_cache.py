"""Django's Redis cache, which starts the embedded server when the cache is first asked for something."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.cache.backends import redis

from procurement.common import embedded


class _Client(redis.RedisCacheClient):
    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        embedded.redis(settings.HUIQUN_VAR).ensure()
        return super().get_client(key, write=write)


class EmbeddedRedisCache(redis.RedisCache):
    """``LOCATION`` is the socket of the embedded server."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _Client
