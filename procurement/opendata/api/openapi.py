"""The OpenAPI description: what ninja writes, with the media type of errors and the headers of every answer."""

from __future__ import annotations

from typing import Any

from procurement.opendata.http import PROBLEM

WHOLE = {"schema": {"type": "integer"}}
TEXT = {"schema": {"type": "string"}}
HEADERS = {
    "RateLimit-Limit": {"description": "requests a minute", **WHOLE},
    "RateLimit-Remaining": {"description": "requests left in this minute", **WHOLE},
    "RateLimit-Reset": {"description": "seconds until the next minute", **WHOLE},
}
MEANINGS = {
    "200": "as asked",
    "304": "not changed since the ETag that was sent",
    "400": "a parameter cannot be understood; `errors` names it",
    "404": "nothing public has this number",
    "429": "too many requests; Retry-After says when to go on",
}


def declared(schema: Any) -> Any:
    """``schema`` with what ninja does not know, in place."""
    schema["openapi"] = "3.1.0"
    for methods in schema["paths"].values():
        for operation in methods.values():
            for code, response in operation["responses"].items():
                _complete(str(code), response)
    return schema


def _complete(code: str, response: dict[str, Any]) -> None:
    response["description"] = MEANINGS[code]
    response["headers"] = dict(HEADERS)
    if code in ("200", "304"):
        response["headers"]["ETag"] = dict(TEXT)
    if code == "429":
        response["headers"]["Retry-After"] = dict(WHOLE)
    if code.startswith("4") and "application/json" in response.get("content", {}):
        response["content"] = {PROBLEM: response["content"]["application/json"]}
