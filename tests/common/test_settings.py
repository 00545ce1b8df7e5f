"""HUIQUN_ENV=production starts with real keys and servers named, and with nothing less."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from procurement.settings import environment

ROOT = Path(__file__).resolve().parents[2]
KEPT = ("PATH", "HOME", "LANG", "TMPDIR")
SECRET = secrets.token_urlsafe(60)
SEALING = secrets.token_hex(32)


def start(var: Path, **changes: str | None) -> subprocess.CompletedProcess[str]:
    """``manage.py check`` in production, all given, but for ``changes`` (None: not set)."""
    given: dict[str, str | None] = {
        "HUIQUN_ENV": "production",
        "HUIQUN_VAR": str(var),
        "SECRET_KEY": SECRET,
        "HUIQUN_SEALING_KEY": SEALING,
        "ALLOWED_HOSTS": "huiqun.example.org",
        "DATABASE_URL": "postgres://huiqun:secret@db.example.org:5432/huiqun",
        "CELERY_BROKER_URL": "redis://queue.example.org:6379/0",
        **changes,
    }
    variables = {name: os.environ[name] for name in KEPT if name in os.environ}
    variables |= {name: value for name, value in given.items() if value is not None}
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_production_starts_with_everything_given(tmp_path: Path) -> None:
    done = start(tmp_path)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too short"),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY is too short, too simple"),
        ({"SECRET_KEY": f"development-only-{SECRET}"}, "a development key"),
        ({"SECRET_KEY": f"django-insecure-{SECRET}"}, "a development key"),
        ({"HUIQUN_SEALING_KEY": None}, "HUIQUN_SEALING_KEY is not set"),
        ({"HUIQUN_SEALING_KEY": "00" * 32}, "HUIQUN_SEALING_KEY is not random"),
        ({"HUIQUN_SEALING_KEY": "abc"}, "HUIQUN_SEALING_KEY must hold 32 bytes"),
        ({"HUIQUN_SEALING_KEY": None, "HUIQUN_SEALING_KEY_FILE": "/nonexistent/key"}, "cannot be read"),
        ({"HUIQUN_DEBUG": "1"}, "DEBUG is on"),
        ({"DEBUG": "true"}, "DEBUG is on"),
        ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS is not set"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS is not set, or holds *"),
        ({"DATABASE_URL": None}, "DATABASE_URL is not set"),
        ({"DATABASE_URL": "mysql://a/b"}, "PostgreSQL is the only database"),
        ({"CELERY_BROKER_URL": None}, "CELERY_BROKER_URL is not set"),
        ({"CELERY_BROKER_URL": "amqp://a:b@queue//"}, "CACHE_URL is not set"),
        ({"HUIQUN_LANGUAGE": "fr"}, "HUIQUN_LANGUAGE is 'fr'"),
        ({"HUIQUN_ENV": "prod"}, "HUIQUN_ENV is 'prod'"),
    ],
)
def test_production_refuses_in_one_sentence(tmp_path: Path, changes: dict[str, str | None], sentence: str) -> None:
    done = start(tmp_path, **changes)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_production_names_everything_that_is_missing_at_once(tmp_path: Path) -> None:
    names = ("SECRET_KEY", "HUIQUN_SEALING_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "CELERY_BROKER_URL")
    done = start(tmp_path, **dict.fromkeys(names))
    assert all(f"{name} is not set" in done.stderr for name in names)


def test_production_refuses_the_generated_development_key(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "sealing_key").write_bytes(bytes.fromhex(SEALING))
    done = start(tmp_path)
    assert done.returncode == 1
    assert "is the generated development key" in done.stderr


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    env = environment.Environment({"HUIQUN_ENV": "development"})
    keys = {environment.sealing_key(env, tmp_path / "keys") for _ in range(3)}
    assert len(keys) == 1
    assert (tmp_path / "keys" / "sealing_key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("value", ["-1", "8000.5", "８０００", "9" * 10, "x"])
def test_a_number_is_a_whole_number(value: str) -> None:
    env = environment.Environment({"HUIQUN_PORT": value})
    with pytest.raises(ImproperlyConfigured, match="HUIQUN_PORT is"):
        env.number("HUIQUN_PORT", 8000)


def test_every_variable_is_explained() -> None:
    """docs/operations.md names each variable the settings read, and none that they do not."""
    pattern = r'(?:ENV|env|self)\.(?:text|flag|number|words|require)\(\s*"([A-Z_]+)"'
    sources = [ROOT / "procurement/settings/base.py", ROOT / "procurement/settings/environment.py"]
    read = {name for source in sources for name in re.findall(pattern, source.read_text())}
    explained = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs/operations.md").read_text(), re.MULTILINE))
    assert read == explained
