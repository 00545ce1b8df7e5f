from django.urls import URLPattern, path

from procurement.opendata.api import docs
from procurement.opendata.api.v1 import api
from procurement.opendata.http import open_data


def _guarded() -> list[URLPattern]:
    """The interface's own addresses, each behind the limit, with ETag and CORS.

    Their names say that they are the interface's: pages are called ``thread`` and ``needs`` too.
    """
    found = [pattern for pattern in api.urls[0] if isinstance(pattern, URLPattern) and pattern.name != "api-root"]
    for pattern in found:
        pattern.callback = open_data(pattern.callback)
        pattern.name = f"api_v1_{pattern.name}"
    return found


urlpatterns = [
    path("docs", docs.docs, name="api_docs"),
    path("openapi.json", docs.openapi, name="openapi"),
    *_guarded(),
]
