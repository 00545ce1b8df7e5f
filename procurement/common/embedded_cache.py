"""The Redis cache on the embedded server, which it starts when it is first asked for something."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from procurement.common import embedded, redis_cache


class _Client(redis_cache.KeptClient):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._server = embedded.redis(settings.HUIQUN_VAR)

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        self._server.ensure()
        return super().get_client(key, write=write)


class EmbeddedRedisCache(redis_cache.RedisCache):
    """``LOCATION`` is the socket of the embedded server."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _Client
