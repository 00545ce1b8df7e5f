"""The site as it is run outside tests: connections to the database are kept from one request to the next."""

from django.conf import settings

settings.DATABASES["default"]["CONN_MAX_AGE"] = 60  # before the first connection: procurement/settings/base.py

from procurement.wsgi import application  # noqa: E402 - after its settings

__all__ = ["application"]
