"""The catalogue, the budget and agencies' mandates, under /workspace/."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods, require_safe

from procurement.projects.views import imports, ledgers, mandates
from procurement.projects.views.doors import BUDGET, CATALOGUE, Ledger, of_buyer

form = require_http_methods(["GET", "HEAD", "POST"])


def _pages(ledger: Ledger) -> list[URLPattern]:
    name, read, keep = ledger.name, of_buyer(ledger), of_buyer(ledger, keeping=True)
    return [
        path(f"{name}/", read(require_safe(ledgers.index)), name=name),
        path(f"{name}/add/", keep(form(ledgers.add)), name=f"{name}_add"),
        path(f"{name}/import/", keep(form(imports.from_list)), name=f"{name}_import"),
        path(f"{name}/import/{name}.xlsx", keep(require_safe(imports.template_file)), name=f"{name}_template"),
        path(f"{name}/<int:pk>/", read(form(ledgers.line)), name=f"{name}_line"),
    ]


urlpatterns = [
    *_pages(CATALOGUE),
    *_pages(BUDGET),
    path("mandates/add/", mandates.add, name="mandate_add"),
    path("mandates/<int:pk>/", mandates.mandate, name="mandate"),
    path("mandates/<int:pk>/file/", mandates.file, name="mandate_file"),
]
