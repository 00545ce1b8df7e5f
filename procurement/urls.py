"""The addresses of the site (DESIGN §7). Every stage brings its own ``urls.py``; Wagtail's pages come last."""

from __future__ import annotations

from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.decorators.cache import cache_control
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls
from wagtail.views import serve as serve_page

from procurement.accounts import acting
from procurement.common import area_field, bodies, health, preferences

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("areas.json", area_field.offers, name="area_offers"),
    path("accounts/", include("allauth.urls")),
    path("cms/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("preferences/<str:name>/<str:value>/", preferences.choose, name="preference"),
    path("act-for/", acting.act_for, name="act_for"),
    path("rules/", include("procurement.rules.urls")),
    path("workspace/", include("procurement.projects.urls")),
    path("workspace/calls/", include("procurement.calls.urls")),
    path("", include("procurement.accounts.notifications.urls")),
    path("", include("procurement.accounts.urls")),
    path("workspace/awards/", include("procurement.awards.urls")),
    path("workspace/bids/", include("procurement.bids.urls")),
    path("workspace/", include("procurement.accounts.workspace.urls")),
    path("", include("cms.urls")),
    path("", include("procurement.opendata.urls")),
]
if isinstance(default_storage, FileSystemStorage):
    # editors' pictures, which are public; with S3 they come from there (docs/operations.md)
    media = settings.MEDIA_URL.lstrip("/")
    shown = cache_control(public=True, max_age=30 * 24 * 3600)(serve)  # a changed picture has a name of its own
    urlpatterns += [path(f"{media}<path:path>", shown, {"document_root": settings.MEDIA_ROOT}, name="media")]
urlpatterns += [
    re_path(wagtail_urls.serve_pattern, bodies.shared_body(serve_page), name="wagtail_serve"),
    path("", include(wagtail_urls)),
]
