"""``/api/v1/docs``: the description as a page of our own, made from the schema; no script, nothing from elsewhere."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from procurement.opendata.api.v1 import api
from procurement.opendata.http import json_answer, open_data


@open_data
def openapi(request: HttpRequest) -> HttpResponseBase:
    """The OpenAPI description."""
    return json_answer(api.get_openapi_schema())


def _said(words: str) -> str:
    """The description is in English; the page says it in the reader's language."""
    return gettext(words) if words else ""


def _kind(found: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """A parameter's or field's type in words: its type, the values it takes, its format."""
    if "$ref" in found:
        name = found["$ref"].rsplit("/", 1)[-1]
        return _kind(schemas[name], schemas) if "enum" in schemas[name] else {"type": name, "values": []}
    for one in found.get("anyOf", found.get("allOf", [])):
        if one.get("type") != "null":
            return _kind(one, schemas)
    if found.get("type") == "array":
        return {"type": f"{_kind(found.get('items', {}), schemas)['type']}[]", "values": []}
    return {"type": found.get("format") or found.get("type", ""), "values": found.get("enum", [])}


def _parameter(found: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    meaning = found.get("description") or found["schema"].get("description", "")
    return {"name": found["name"], "required": found["required"], "meaning": _said(meaning)} | _kind(
        found["schema"], schemas
    )


def _operations(schema: dict[str, Any]) -> list[dict[str, Any]]:
    schemas = schema["components"]["schemas"]
    return [
        {
            "path": path,
            "summary": _said(operation["summary"]),
            "parameters": [_parameter(one, schemas) for one in operation.get("parameters", [])],
            "answer": operation["responses"][200]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[-1],
        }
        for path, methods in schema["paths"].items()
        for operation in methods.values()
    ]


def _shapes(schema: dict[str, Any]) -> list[dict[str, Any]]:
    schemas = schema["components"]["schemas"]
    return [
        {
            "name": name,
            "fields": [
                {"name": field, "description": _said(found.get("description", ""))} | _kind(found, schemas)
                for field, found in one["properties"].items()
            ],
        }
        for name, one in schemas.items()
        if "properties" in one and not name.endswith("Query")
    ]


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Every address with its parameters and answers."""
    schema = api.get_openapi_schema()
    context = {
        "operations": _operations(schema),
        "shapes": _shapes(schema),
        "base": settings.HUIQUN_BASE_URL,
        "limit": settings.OPENDATA_REQUESTS_A_MINUTE,
    }
    return render(request, "opendata/api_docs.html", context)
