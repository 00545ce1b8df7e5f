"""One migrated database, copied for every test process: applying every migration takes minutes, a copy a second.

It is named after what it was made from (migrations, planted data, packages, language); a change makes a new one.
"""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.backends.postgresql.psycopg_any import sql

ROOT = Path(__file__).resolve().parent.parent
MADE_FROM = ("*/migrations/*.py", "procurement/*/migrations/*.py", "procurement/*/data/*.yaml", "cms/bootstrap.py")
PREFIX, LOCK = "huiqun_template_", 20260101


def name() -> str:
    """What the template of this code is called."""
    digest = hashlib.sha256(f"{version('django')} {version('wagtail')} {version('django-pgtrigger')}".encode())
    for path in sorted(path for pattern in MADE_FROM for path in ROOT.glob(pattern)):
        if "cases" not in path.parts:
            digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return f"{PREFIX}{settings.LANGUAGE_CODE.replace('-', '_')}_{digest.hexdigest()[:12]}"


def ensure() -> str:
    """Makes the template where it is missing, and drops those of earlier code. Returns its name.

    One process makes it, the others wait. A run that was cut off leaves only a database that nobody copies: the name
    is given at the very end.
    """
    wanted = name()
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"])
        there = {row[0] for row in cursor.fetchall()}
        if wanted not in there:
            for old in there:
                if old.startswith(wanted.rsplit("_", 1)[0]):
                    _say(cursor, "DROP DATABASE {}", old)
            making = f"{wanted}_making"
            _say(cursor, "CREATE DATABASE {}", making)
            _migrate(making)
            _say(cursor, "ALTER DATABASE {} RENAME TO {}", making, wanted)
        cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return wanted


def _say(cursor: Any, words: str, *names: str) -> None:
    cursor.execute(sql.SQL(words).format(*map(sql.Identifier, names)))


def _migrate(database: str) -> None:
    normal = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = database
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = normal
