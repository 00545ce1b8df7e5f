"""Reading the environment: what is asked of it, in plain words, and all refusals at once."""

from __future__ import annotations

import os
import secrets
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

ENVIRONMENTS = ("development", "test", "production")
TRUE, FALSE = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}
DEVELOPMENT_MARK = "development-only-"
KEY_BYTES = 32


class Environment:
    """The process's environment variables. ``refuse`` collects; ``finish`` raises what was collected."""

    def __init__(self, variables: Mapping[str, str] | None = None) -> None:
        self.variables = os.environ if variables is None else variables
        self.refusals: list[str] = []
        default = "development"
        if self.variables.get("DJANGO_SETTINGS_MODULE") == "procurement.settings.test":
            default = "test"
        self.name = self.text("HUIQUN_ENV", default)
        if self.name not in ENVIRONMENTS:
            raise ImproperlyConfigured(f"HUIQUN_ENV is {self.name!r}; it must be one of: {', '.join(ENVIRONMENTS)}.")

    @property
    def production(self) -> bool:
        return self.name == "production"

    @property
    def lane(self) -> int:
        """0, or the number of the test process where several share one Redis; it has room for 32."""
        number = self.variables.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
        return int(number) % 32 if self.name == "test" and number.isdecimal() else 0

    def text(self, name: str, default: str = "") -> str:
        """The value without surrounding spaces; an empty one counts as not set."""
        return self.variables.get(name, "").strip() or default

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.variables.get(name, "1" if default else "0").strip().lower()
        if value not in TRUE | FALSE:
            raise ImproperlyConfigured(f"{name} is {value!r}; it must be 1 or 0.")
        return value in TRUE

    def number(self, name: str, default: int) -> int:
        value = self.text(name, str(default))
        if not value.isascii() or not value.isdigit() or len(value) > 9:
            raise ImproperlyConfigured(f"{name} is {value[:40]!r}; it must be a whole number.")
        return int(value)

    def words(self, name: str, default: str = "") -> list[str]:
        """A comma-separated list."""
        return [word.strip() for word in self.text(name, default).split(",") if word.strip()]

    def refuse(self, sentence: str) -> None:
        self.refusals.append(sentence)

    def require(self, name: str, why: str) -> str:
        """The value; in production a missing one is refused."""
        value = self.text(name)
        if self.production and not value:
            self.refuse(f"{name} is not set: {why}.")
        return value

    def finish(self) -> None:
        if self.refusals:
            raise ImproperlyConfigured("HUIQUN_ENV=production does not start. " + " ".join(self.refusals))


def _keep(path: Path, content: bytes) -> bytes:
    """Writes a generated key for its owner's eyes, once: of two processes the first one's key stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(content)
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_bytes()


def secret_key(env: Environment, folder: Path) -> str:
    """Django's SECRET_KEY: given, or outside production generated under ``folder``."""
    given = env.text("SECRET_KEY")
    if env.production:
        if not given:
            env.refuse("SECRET_KEY is not set: sessions and signed links rest on it (50 random characters or more).")
        elif len(given) < 50 or len(set(given)) < 10 or given.startswith((DEVELOPMENT_MARK, "django-insecure-")):
            env.refuse("SECRET_KEY is too short, too simple or a development key: give 50 random characters or more.")
        return given
    if given:
        return given
    path = folder / "secret_key"
    if path.exists():
        return path.read_text().strip()
    return _keep(path, (DEVELOPMENT_MARK + secrets.token_urlsafe(50)).encode()).decode().strip()


def _as_key(raw: bytes, source: str) -> bytes:
    """32 bytes out of raw bytes, hexadecimal or base64."""
    if len(raw) == KEY_BYTES:
        return raw
    text = raw.decode("ascii", errors="replace").strip()
    for decode in (bytes.fromhex, lambda value: b64decode(value, validate=True)):
        try:
            key = decode(text)
        except (ValueError, NotBase64):
            continue
        if len(key) == KEY_BYTES:
            return key
    raise ImproperlyConfigured(f"{source} must hold 32 bytes, as they are, in hexadecimal or in base64.")


def sealing_key(env: Environment, folder: Path) -> bytes:
    """The key-encryption key of sealed bids (DESIGN §5): 32 bytes, from a variable or a file."""
    given, path = env.text("HUIQUN_SEALING_KEY"), env.text("HUIQUN_SEALING_KEY_FILE")
    kept = folder / "sealing_key"
    if given:
        key, source = _as_key(given.encode(), "HUIQUN_SEALING_KEY"), "HUIQUN_SEALING_KEY"
    elif path:
        try:
            content = Path(path).read_bytes()
        except OSError as error:
            raise ImproperlyConfigured(f"HUIQUN_SEALING_KEY_FILE cannot be read: {path}: {error.strerror}.") from error
        key, source = _as_key(content, "HUIQUN_SEALING_KEY_FILE"), "HUIQUN_SEALING_KEY_FILE"
    elif env.production:
        env.refuse(
            "HUIQUN_SEALING_KEY is not set (nor HUIQUN_SEALING_KEY_FILE): the keys of sealed bids are wrapped with it."
        )
        return b""
    else:
        return _as_key(kept.read_bytes() if kept.exists() else _keep(kept, secrets.token_bytes(KEY_BYTES)), str(kept))
    if env.production:
        if len(set(key)) < 8:
            env.refuse(f"{source} is not random: make one with: openssl rand -hex 32.")
        elif kept.exists() and kept.read_bytes() == key:
            env.refuse(f"{source} is the generated development key of {folder}: make one with: openssl rand -hex 32.")
    return key


CHANNELS = {  # and what each needs before it can send
    "email": (),
    "sms": ("SMS_URL", "SMS_SECRET"),
    "wecom": ("WECOM_CORP_ID", "WECOM_SECRET", "WECOM_AGENT_ID"),
    "wecom_robot": (),
    "official": ("WECHAT_APP_ID", "WECHAT_APP_SECRET", "WECHAT_TEMPLATE_ID"),
}


def channels(env: Environment) -> list[str]:
    """``HUIQUN_CHANNELS``: how people can be told; a channel that is not fully set up is refused at the start."""
    found = env.words("HUIQUN_CHANNELS", "email")
    for name in found:
        if name not in CHANNELS:
            raise ImproperlyConfigured(f"HUIQUN_CHANNELS names {name!r}; it may name: {', '.join(CHANNELS)}.")
        missing = [variable for variable in CHANNELS[name] if not env.text(variable)]
        if missing:
            raise ImproperlyConfigured(f"HUIQUN_CHANNELS names {name}, which needs {' and '.join(missing)}.")
    if env.text("WECHAT_MESSAGES", "template") not in ("template", "subscribe"):
        raise ImproperlyConfigured("WECHAT_MESSAGES is template or subscribe.")
    return found


def database(url: str) -> dict[str, object]:
    """Django's settings for ``postgres://user:password@host:port/name?sslmode=require``."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgres://; PostgreSQL is the only database.")
    options = dict(parse_qsl(parts.query))
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise ImproperlyConfigured("DATABASE_URL names no database: postgres://user:password@host:5432/NAME.")
    try:
        port = str(parts.port or "")
    except ValueError as error:
        raise ImproperlyConfigured("DATABASE_URL has a port that is not a number.") from error
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or "") or options.pop("host", ""),
        "PORT": port,
        "OPTIONS": options,
    }
