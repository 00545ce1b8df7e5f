"""The standard's own schemas, where they are: OCDS_SCHEMA_DIR names the folder, with its ``extensions`` beside them."""

from __future__ import annotations

import json
import os
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

FOLDER = os.environ.get("OCDS_SCHEMA_DIR", "")
needs_schemas = pytest.mark.skipif(not FOLDER, reason="OCDS_SCHEMA_DIR is not set")
RELEASE = "https://standard.open-contracting.org/schema/1__1__5/release-schema.json"


def _read(name: str) -> dict[str, Any]:
    return json.loads((Path(FOLDER) / name).read_text())


def _patched(base: Any, patch: Any) -> Any:
    """JSON merge patch (RFC 7396): how an extension changes the schema."""
    if not isinstance(patch, dict):
        return patch
    found = dict(base) if isinstance(base, dict) else {}
    for key, value in patch.items():
        if value is None:
            found.pop(key, None)
        else:
            found[key] = _patched(found.get(key), value)
    return found


@cache
def release_schema() -> dict[str, Any]:
    schema = _read("release-schema.json")
    for path in sorted((Path(FOLDER) / "extensions").glob("*/release-schema.json")):
        schema = _patched(schema, json.loads(path.read_text()))
    return schema


@cache
def _validator(package: str) -> Draft4Validator:
    registry: Any = Registry()
    for schema in (release_schema(), _read("versioned-release-validation-schema.json")):
        registry = registry.with_resource(schema["id"].rstrip("#"), Resource.from_contents(schema, DRAFT4))
    return Draft4Validator(_read(f"{package}-package-schema.json"), registry=registry, format_checker=FormatChecker())


def _leaf(error: Any) -> Any:
    """What is wrong at the bottom: of several ways a thing may be written, the one that came nearest."""
    while error.context:
        error = max(error.context, key=lambda found: len(found.absolute_path))
    return error


def faults(data: dict[str, Any]) -> list[str]:
    """What the standard finds wrong with a release or record package; closed code lists are enums of the schema."""
    kind = "record" if "records" in data else "release"
    found = [_leaf(error) for error in _validator(kind).iter_errors(data)]
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}" for error in found]


def merge_schema() -> dict[str, Any]:
    return deepcopy(release_schema())
