"""The Content-Security-Policy by part of the site: strict everywhere, looser in the editors' workshop."""

from __future__ import annotations

from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponseBase

EDITOR = "/cms/"
EDITOR_NEEDS = {
    "script-src": ["'unsafe-inline'", "'unsafe-eval'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["blob:"],
    "frame-src": ["'self'"],
    "worker-src": ["'self'", "blob:"],
}


class PolicyMiddleware(CSPMiddleware):
    """Wagtail's editor writes scripts and styles into its pages; only people with an editor's role reach it."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith(EDITOR) and not report_only:
            parts.update = {**EDITOR_NEEDS, **(parts.update or {})}
        return parts
