"""The description of the API (OpenAPI 3.1). It is public; `api.docs` shows it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.views import SpectacularAPIView

from api.errors import MEDIA_TYPE

PROBLEM = {
    "type": "object",
    "description": "A problem document (RFC 9457). Branch on `type` and `status`; `detail` is for people.",
    "required": ["type", "title", "status", "detail", "errors"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
REFUSALS = {
    "400": "A parameter is not valid.",
    "401": "No key, or one that is unknown, revoked or expired.",
    "403": "The key lacks the needed scope.",
    "404": "There is no such object.",
    "429": "Too many requests; `Retry-After` says when to come back.",
}


class ApiKeyScheme(OpenApiAuthenticationExtension):
    target_class = "api.auth.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "inf_xxxxxxxx.secret"}


def describe_refusals(
    result: dict[str, Any], generator: Any, request: Any, public: bool
) -> dict[str, Any]:
    """Name, for every operation, the problems it may answer with (a postprocessing hook of drf-spectacular)."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operations in result["paths"].values():
        for operation in operations.values():
            for status, meaning in REFUSALS.items():
                answer = {"description": meaning, "content": content}
                operation["responses"].setdefault(status, answer)
    return result


class SchemaView(SpectacularAPIView):
    audience = "public"
    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
