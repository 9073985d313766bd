"""The page that shows the API: rendered from its description, in the site's own look, without a script."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.generators import SchemaGenerator

from api.schema import REFUSALS
from tenancy.access import public_page

Schema = dict[str, Any]
PAGE = "Paginated"  # how the names of pages of a list begin


@dataclass(frozen=True)
class Field:
    """A parameter or a property. `link`: the object that its type names, where it does."""

    key: str
    type: str
    link: str
    text: str
    is_required: bool


@dataclass(frozen=True)
class Operation:
    """One call, and the object that it answers with or lists."""

    key: str
    method: str
    path: str
    text: str
    parameters: list[Field]
    answer: str
    is_list: bool
    example: str


@dataclass(frozen=True)
class Section:
    """The calls about one kind of object."""

    key: str
    title: str
    operations: list[Operation]


@public_page
def documentation(request: HttpRequest) -> HttpResponse:
    """Every call of the API with its parameters and answers, and how to get a key."""
    description = _description()
    context = {
        "description": description,
        "sections": _sections(description),
        "objects": _objects(description),
        "refusals": REFUSALS.items(),
        "base": settings.PUBLIC_URL,
    }
    return render(request, "public/api_docs.html", context)


@cache
def _description() -> Schema:
    generator = SchemaGenerator()
    described: Schema = generator.get_schema(request=None, public=True)
    return described


def _sections(description: Schema) -> list[Section]:
    found: dict[str, list[Operation]] = {}
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            found.setdefault(operation["tags"][0], []).append(_operation(method, path, operation))
    return [Section(key, key.replace("-", " ").capitalize(), each) for key, each in found.items()]


def _operation(method: str, path: str, operation: Schema) -> Operation:
    answered = operation["responses"]["200"]["content"]["application/json"]["schema"]
    _, link = _type(answered)
    asked = path.replace("{id}", "1")
    return Operation(
        key=operation["operationId"],
        method=method.upper(),
        path=path,
        text=operation.get("description", ""),
        parameters=[_parameter(each) for each in operation.get("parameters", [])],
        answer=link.removeprefix(PAGE).removesuffix("List") if link.startswith(PAGE) else link,
        is_list=link.startswith(PAGE),
        example=f'curl -H "Authorization: Bearer $KEY" {settings.PUBLIC_URL}{asked}',
    )


def _parameter(given: Schema) -> Field:
    kind, link = _type(given["schema"])
    text = given.get("description") or given["schema"].get("description", "")
    return Field(given["name"], kind, link, text, bool(given.get("required")))


def _objects(description: Schema) -> list[dict[str, Any]]:
    """Every object that answers are made of; `values` of one that is a choice of words."""
    shown = []
    for name, schema in sorted(description["components"]["schemas"].items()):
        if name.startswith(PAGE) or name in {"BlankEnum", "NullEnum"}:
            continue
        fields = [
            Field(key, *_type(each), each.get("description", ""), key in schema.get("required", []))
            for key, each in schema.get("properties", {}).items()
        ]
        text = "" if "enum" in schema else schema.get("description", "")
        shown.append(
            {"title": name, "text": text, "fields": fields, "values": schema.get("enum", [])}
        )
    return shown


def _type(schema: Schema) -> tuple[str, str]:
    """The type in words, and the object it names."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return name, name
    for key in ("allOf", "oneOf", "anyOf"):
        if key in schema:
            return _choice([_type(each) for each in schema[key]])
    kind = schema.get("type", "any")
    kinds = [kind] if isinstance(kind, str) else list(kind)
    if kinds[0] == "array":
        inner, link = _type(schema["items"])
        return " or ".join([f"list of {inner}", *kinds[1:]]), link
    return " or ".join([schema.get("format", kinds[0]), *kinds[1:]]), ""


def _choice(types: list[tuple[str, str]]) -> tuple[str, str]:
    words = ["null" if text == "NullEnum" else text for text, _ in types if text != "BlankEnum"]
    links = [link for _, link in types if link not in {"", "NullEnum", "BlankEnum"}]
    return " or ".join(dict.fromkeys(words)), links[0] if links else ""
