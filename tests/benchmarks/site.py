"""The site as it runs outside tests, with two yardsticks on its server: a bare “hello”, a minimal Wagtail page."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

# before the first connection and the first template: procurement/settings/base.py
settings.DATABASES["default"]["CONN_MAX_AGE"] = 60
settings.PAGE_CACHE = settings.COUNT_CACHE = os.environ.get("NOTHING_KEPT") != "1"
settings.ROOT_URLCONF = "tests.benchmarks.urls"
settings.TEMPLATES[0]["DIRS"].append(Path(__file__).parent / "templates")

application = get_wsgi_application()  # with these settings; models can be asked for only after it

from cms.models import ArticlePage  # noqa: E402 - as above

MINIMAL = "minimal"  # the slug of the yardstick


def get_template(self: ArticlePage, request: Any, *args: Any, **kwargs: Any) -> str:
    return "minimal.html" if self.slug == MINIMAL else ArticlePage.template


ArticlePage.get_template = get_template  # type: ignore[method-assign]

__all__ = ["application"]
