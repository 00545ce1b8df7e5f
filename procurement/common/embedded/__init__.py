"""PostgreSQL and Redis out of their wheels, for a machine that has neither.

Both listen on a Unix socket only, in a folder nobody else may enter, so any number of them run side by
side. The first process that needs one starts it, the last one that used it stops it: every user holds a
shared file lock, which the system lets go of however a process ends.
"""

from __future__ import annotations

from pathlib import Path

from procurement.common.embedded.postgresql import DATABASE, SUPERUSER, Postgres
from procurement.common.embedded.redis import Redis
from procurement.common.embedded.service import Service, ServiceProblem, socket_folder

__all__ = [
    "DATABASE",
    "SUPERUSER",
    "Postgres",
    "Redis",
    "Service",
    "ServiceProblem",
    "postgres",
    "redis",
    "release_all",
    "socket_folder",
]

_services: dict[tuple[str, Path], Service] = {}


def postgres(var: Path, *, durable: bool = True) -> Postgres:
    """The PostgreSQL of ``var``, one object a process; started by its ``ensure``."""
    key = ("postgres", var.resolve())
    found = _services.setdefault(key, Postgres(var, durable=durable))
    assert isinstance(found, Postgres)  # noqa: S101 - narrows the type
    return found


def redis(var: Path) -> Redis:
    """The Redis of ``var``, one object a process; started by its ``ensure``."""
    found = _services.setdefault(("redis", var.resolve()), Redis(var))
    assert isinstance(found, Redis)  # noqa: S101 - narrows the type
    return found


def release_all() -> list[str]:
    """Ends this process's use of every service; the names of those that were stopped."""
    return [service.name for service in reversed(list(_services.values())) if service.release()]
