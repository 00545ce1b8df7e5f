"""One set of settings for every machine; what differs comes from the environment (docs/operations.md)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured

from procurement.common import embedded
from procurement.settings import environment, logs

ENV = environment.Environment()
BASE_DIR = Path(__file__).resolve().parents[2]
HUIQUN_ENV = ENV.name
PRODUCTION = ENV.production
TESTING = HUIQUN_ENV == "test"
HUIQUN_VAR = Path(ENV.text("HUIQUN_VAR", str(BASE_DIR / ("var/test" if TESTING else "var")))).expanduser().resolve()
try:
    HUIQUN_VAR.mkdir(parents=True, exist_ok=True)
    (HUIQUN_VAR / "private").mkdir(exist_ok=True, mode=0o700)
    (HUIQUN_VAR / "media").mkdir(exist_ok=True)
    (HUIQUN_VAR / "static").mkdir(exist_ok=True)
except OSError as error:
    raise ImproperlyConfigured(
        f"{HUIQUN_VAR} cannot be written ({error.strerror}):"
        " set HUIQUN_VAR to a folder of your own, with room on its disk."
    ) from error

# Keys and who may be served
SECRET_KEY = environment.secret_key(ENV, HUIQUN_VAR / "keys")
SEALING_KEY = environment.sealing_key(ENV, HUIQUN_VAR / "keys")
DEBUG = ENV.flag("HUIQUN_DEBUG", default=HUIQUN_ENV == "development")
if PRODUCTION and (DEBUG or ENV.flag("DEBUG")):
    ENV.refuse("DEBUG is on (HUIQUN_DEBUG or DEBUG): it shows the inside of every error to anyone.")
ALLOWED_HOSTS = ENV.words("ALLOWED_HOSTS", "" if PRODUCTION else "127.0.0.1,localhost,[::1],testserver")
if PRODUCTION and (not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS):
    ENV.refuse("ALLOWED_HOSTS is not set, or holds *: name the host names of this site, with commas between.")
HUIQUN_PORT = ENV.number("HUIQUN_PORT", 8000)
HUIQUN_BASE_URL = ENV.text(
    "HUIQUN_BASE_URL",
    f"https://{ALLOWED_HOSTS[0]}" if PRODUCTION and ALLOWED_HOSTS else f"http://127.0.0.1:{HUIQUN_PORT}",
).rstrip("/")
CSRF_TRUSTED_ORIGINS = ENV.words("CSRF_TRUSTED_ORIGINS")
TRUSTED_PROXIES = ENV.number("HUIQUN_TRUSTED_PROXIES", 0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

# Database, broker, cache: given by address, or started from their wheels when first used
_database_url = ENV.require("DATABASE_URL", "the database server, as postgres://user:password@host:5432/name")
HUIQUN_EMBEDDED_DATABASE = not _database_url and not PRODUCTION
_database: dict[str, Any] = {"ENGINE": "procurement.common.embedded_postgresql"}
if _database_url:
    _database = environment.database(_database_url)
else:
    _host = str(embedded.socket_folder(HUIQUN_VAR, "postgres"))
    _database |= {"NAME": embedded.DATABASE, "USER": embedded.SUPERUSER, "HOST": _host}
_database |= {"CONN_MAX_AGE": 0 if TESTING else 60, "CONN_HEALTH_CHECKS": True, "ATOMIC_REQUESTS": False}
if TESTING:  # only tests may empty the log, between one another
    _database["OPTIONS"] = {**_database.get("OPTIONS", {}), "options": "-c huiqun.test_flush=on"}
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

_broker_url = ENV.require("CELERY_BROKER_URL", "the queue, as redis://host:6379/0 or amqp://user:password@host//")
HUIQUN_EMBEDDED_REDIS = not _broker_url and not PRODUCTION
_redis_socket = embedded.socket_folder(HUIQUN_VAR, "redis") / "redis.sock"
# tests that run side by side each have a queue and a cache of their own
_lane = ENV.lane
CELERY_BROKER_URL = _broker_url or f"redis+socket://{_redis_socket}?virtual_host={2 * _lane}"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# a page never waits for a queue that is away: the job is a row, the sweep finds it
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 2}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "run due jobs": {"task": "workflows.tasks.run_due_jobs", "schedule": 15},
    "fire deadlines": {"task": "workflows.tasks.fire_deadlines", "schedule": 30},
    "keep the search current": {"task": "procurement.opendata.search.tasks.sweep_search", "schedule": 300},
    "tend subscriptions": {
        "task": "procurement.opendata.subscriptions.tasks.tend_subscriptions",
        "schedule": 600,
    },
    "purge notifications": {"task": "procurement.accounts.tasks.purge_notifications", "schedule": crontab(20, 3)},
    "sweep the vault": {"task": "procurement.common.tasks.sweep_vault", "schedule": crontab(40, 3)},
    "publish pages whose time has come": {"task": "cms.tasks.keep_time", "schedule": 60},
}

_cache_url = ENV.text("CACHE_URL", _broker_url if _broker_url.startswith(("redis://", "rediss://", "unix://")) else "")
if _cache_url or PRODUCTION:
    _cache: dict[str, Any] = {
        "BACKEND": "procurement.common.redis_cache.RedisCache",
        "LOCATION": _cache_url,
    }
else:
    _cache = {
        "BACKEND": "procurement.common.embedded_cache.EmbeddedRedisCache",
        "LOCATION": f"unix://{_redis_socket}?db={2 * _lane + 1}",
    }
CACHES = {"default": {**_cache, "KEY_PREFIX": "huiqun"}}
COUNT_CACHE = ENV.flag("HUIQUN_COUNT_CACHE", default=not TESTING)  # numbers and newest rows, kept the same way
PAGE_CACHE = ENV.flag("HUIQUN_PAGE_CACHE", default=not TESTING)  # public pages kept until what they show changes
if PRODUCTION and not _cache_url and _broker_url:
    ENV.refuse("CACHE_URL is not set: name a Redis, as redis://host:6379/1; web nodes share what they count there.")

ENV.finish()

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
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "bootstrap",
    "pgtrigger",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "procurement.common.policy.PolicyMiddleware",
    "procurement.common.page_cache.PageCacheMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "procurement.common.upload_handler.refuse_large_bodies",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "procurement.common.paths.refuse_nul",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "procurement.urls"
WSGI_APPLICATION = "procurement.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "procurement.common.context.site",
                "cms.context.site",
                "procurement.accounts.acting.actor",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# Language and time
LANGUAGE_CODE = ENV.text("HUIQUN_LANGUAGE", "zh-hans")
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
if LANGUAGE_CODE not in dict(LANGUAGES):
    raise ImproperlyConfigured(f"HUIQUN_LANGUAGE is {LANGUAGE_CODE!r}; it must be zh-hans or en.")
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "wagtail"]  # the second fills in what Wagtail lacks
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# Files: static ones are public and cached for ever, private ones are only ever read by a view
STATIC_URL = "/static/"
STATIC_ROOT = HUIQUN_VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "procurement.common.stylesheets.BootstrapFinder",
]
MEDIA_URL = "/media/"
MEDIA_ROOT = HUIQUN_VAR / "media"
PRIVATE_ROOT = HUIQUN_VAR / "private"
WHITENOISE_USE_FINDERS = DEBUG or TESTING
WHITENOISE_AUTOREFRESH = DEBUG
_manifest = "whitenoise.storage.CompressedManifestStaticFilesStorage"
_plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(PRIVATE_ROOT), "base_url": None},
    },
    "staticfiles": {"BACKEND": _plain if DEBUG or TESTING else _manifest},
}
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# uploads stay in memory until they are encrypted; only editors' public pictures may use temporary files
FILE_UPLOAD_HANDLERS = [
    "procurement.common.upload_handler.MemoryHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
UPLOAD_REQUEST_BYTES = 12 * 1024 * 1024
UPLOAD_EDITOR_BYTES = 100 * 1024 * 1024
ATTACHMENT_BYTES = ENV.number("HUIQUN_ATTACHMENT_MB", 50) * 1024 * 1024
ATTACHMENTS_BYTES = ENV.number("HUIQUN_ATTACHMENTS_MB", 300) * 1024 * 1024

# Who logs in, and how
AUTH_USER_MODEL = "accounts.User"
WORKFLOWS_ORGANISATION_MODEL = "accounts.Organisation"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "procurement.accounts.validators.CharacterClassesValidator", "OPTIONS": {"wanted": 3}},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/workspace/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are given by an organisation's administrator
ACCOUNT_ADAPTER = "procurement.accounts.adapters.AccountAdapter"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login_failed": "30/m/ip"}  # one account's failures are counted by axes, below
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "惠群"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
# an account and an address together: a stranger cannot lock an opening officer out from elsewhere
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "login"
AXES_USERNAME_CALLABLE = "procurement.common.lockout.username"
AXES_CLIENT_IP_CALLABLE = "procurement.common.lockout.address"
AXES_LOCKOUT_CALLABLE = "procurement.common.lockout.locked_page"

# The browser's side of safety
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 30 * 60
SESSION_SAVE_EVERY_REQUEST = True  # idle time, not the time since login
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = PRODUCTION and ENV.flag("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = ENV.flag("SECURE_HSTS_INCLUDE_SUBDOMAINS")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
X_FRAME_OPTIONS = "SAMEORIGIN"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'"],
    },
}

# What `manage.py serve_demo` tells people to log in with; named here, as common knows no stage
HUIQUN_DEMO = "procurement.cases.demo"

# Pages
WAGTAIL_PAGE_MODEL = "cms.Page"
WAGTAIL_SITE_NAME = "惠群"
WAGTAILADMIN_BASE_URL = HUIQUN_BASE_URL
WAGTAIL_I18N_ENABLED = False
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES  # the first page is made in HUIQUN_LANGUAGE, which may be either
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILADMIN_LOGIN_URL = "account_login"
WAGTAIL_FRONTEND_LOGIN_URL = "/accounts/login/"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "cms.search_backend"}}
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_EXTENSIONS = ["pdf", "docx", "xlsx", "pptx", "odt", "ods", "csv", "txt", "zip"]
SILENCED_SYSTEM_CHECKS: list[str] = []

# Who runs this site: the footer (RULES §10)
SITE_NAME = ENV.text("SITE_NAME", "惠群")
SITE_ORGANISER = ENV.text("SITE_ORGANISER")
SITE_ICP = ENV.text("SITE_ICP")
SITE_POLICE_RECORD = ENV.text("SITE_POLICE_RECORD")
SITE_CODE = ENV.text("SITE_CODE")

# 微信公众号: with both set, editors may put articles among the account's drafts
WECHAT_APP_ID = ENV.text("WECHAT_APP_ID")
WECHAT_APP_SECRET = ENV.text("WECHAT_APP_SECRET")
WECHAT_API = ENV.text("WECHAT_API", "https://api.weixin.qq.com").rstrip("/")
WECHAT_AUTHORISE = ENV.text("WECHAT_AUTHORISE", "https://open.weixin.qq.com/connect/oauth2/authorize")
# and, with a template of the account's, tell people by it (channel "official")
WECHAT_TEMPLATE_ID = ENV.text("WECHAT_TEMPLATE_ID")
WECHAT_TEMPLATE_FIELDS = ENV.words("WECHAT_TEMPLATE_FIELDS", "thing1,time2")
WECHAT_MESSAGES = ENV.text("WECHAT_MESSAGES", "template")

# Open data (docs/open-data.md): the prefix registered with the Open Contracting Partnership, the licence, the limits
OCDS_PREFIX = ENV.text("OCDS_PREFIX", "ocds-huiqun")
OPENDATA_LICENCE = ENV.text("OPENDATA_LICENCE", "CC BY 4.0")
OPENDATA_LICENCE_URL = ENV.text("OPENDATA_LICENCE_URL", "https://creativecommons.org/licenses/by/4.0/")
OPENDATA_REQUESTS_A_MINUTE = ENV.number("HUIQUN_OPENDATA_REQUESTS", 600)

# Mail: to the log unless a server is named
EMAIL_HOST = ENV.text("EMAIL_HOST")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
EMAIL_PORT = ENV.number("EMAIL_PORT", 587)
EMAIL_HOST_USER = ENV.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = ENV.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = ENV.flag("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENV.text("DEFAULT_FROM_EMAIL", "huiqun@localhost")

# How people are told beside the list on the site; e-mail, sms, wecom, wecom_robot, official (docs/operations.md)
HUIQUN_CHANNELS = environment.channels(ENV)
SMS_URL = ENV.text("SMS_URL")
SMS_SECRET = ENV.text("SMS_SECRET")
WECOM_URL = ENV.text("WECOM_URL", "https://qyapi.weixin.qq.com").rstrip("/")
WECOM_CORP_ID = ENV.text("WECOM_CORP_ID")
WECOM_SECRET = ENV.text("WECOM_SECRET")
WECOM_AGENT_ID = ENV.number("WECOM_AGENT_ID", 0)
NOTIFICATIONS_READ_DAYS = ENV.number("HUIQUN_NOTIFICATIONS_DAYS", 365)
NOTIFICATIONS_UNREAD_DAYS = ENV.number("HUIQUN_NOTIFICATIONS_UNREAD_DAYS", 1095)

LOGGING = logs.config(ENV.text("HUIQUN_LOG_LEVEL", "WARNING" if TESTING else "INFO").upper(), debug=DEBUG)
