"""The settings of the tests: HUIQUN_ENV counts as "test" when this module is the one asked for."""

from procurement.settings.base import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if not EMAIL_HOST:  # noqa: F405 - a test that kills a process names a server of its own
    EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
