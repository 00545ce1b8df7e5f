"""For load balancers: alive, and ready to serve."""

from __future__ import annotations

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers; asks nothing else, so a database that is away does not restart web nodes."""
    return JsonResponse({"status": "ok"})


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        executor = MigrationExecutor(connection)
    except DatabaseError:
        return "away"
    return "migrations are due" if executor.migration_plan(executor.loader.graph.leaf_nodes()) else "ok"


def _cache() -> str:
    try:
        cache.set("readyz", 1, 10)
        return "ok" if cache.get("readyz") == 1 else "away"
    except (RedisError, OSError):
        return "away"


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """503 until database and cache answer and every migration is applied."""
    found = {"database": _database(), "cache": _cache()}
    ready = all(state == "ok" for state in found.values())
    return JsonResponse({"status": "ok" if ready else "not ready", **found}, status=200 if ready else 503)
