"""Every refusal is a problem document (RFC 9457, `application/problem+json`)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from ui.languages import in_own_language_beside_staff

MEDIA_TYPE = "application/problem+json"
# Stable words to branch on; all other refusals are told apart by their status alone.
TYPES = {
    "authentication_failed": "urn:influence:problem:key-refused",
    "not_authenticated": "urn:influence:problem:key-missing",
    "invalid": "urn:influence:problem:invalid",
    "throttled": "urn:influence:problem:too-many-requests",
}


def problem(status: int, detail: str, *, code: str = "", errors: Any = ()) -> dict[str, Any]:
    """The document itself. `errors`: one {"field", "message"} for each thing wrong with the request."""
    return {
        "type": TYPES.get(code, "about:blank"),
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "errors": list(errors),
    }


def problem_json(error: Exception, context: dict[str, Any]) -> Response | None:
    """Translate a raised exception for the client; None for one that is nobody's refusal (answered by `server_error`)."""
    response = exception_handler(error, context)
    if response is None:
        return None
    # A 404 never repeats what the lookup says: absent and foreign read the same.
    if isinstance(error, Http404 | exceptions.NotFound):
        document = problem(404, "There is no such object.")
    elif isinstance(error, exceptions.ValidationError):
        errors = list(field_errors(error.detail))
        document = problem(
            response.status_code, "The request is not valid.", code="invalid", errors=errors
        )
    else:
        document = problem(response.status_code, words(error), code=code_of(error))
    response.data = document
    response.content_type = MEDIA_TYPE
    return response


def words(error: Exception) -> str:
    if isinstance(error, exceptions.APIException):
        return str(error.detail)
    return str(error) or ("Not allowed." if isinstance(error, PermissionDenied) else "Refused.")


def code_of(error: Exception) -> str:
    codes = error.get_codes() if isinstance(error, exceptions.APIException) else ""
    return codes if isinstance(codes, str) else ""


def field_errors(detail: Any, field: str = "") -> Any:
    """Flatten DRF's nested messages into {"field": "a.b", "message": …}."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from field_errors(inner, f"{field}.{name}".strip("."))
    elif isinstance(detail, list):
        for inner in detail:
            yield from field_errors(inner, field)
    else:
        yield {"field": field, "message": str(detail)}


def is_for_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def answer(status: int, detail: str) -> JsonResponse:
    return JsonResponse(problem(status, detail), status=status, content_type=MEDIA_TYPE)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """`handler400` of the site."""
    if is_for_api(request):
        return answer(400, "The request could not be understood.")
    return defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """`handler404` of the site."""
    if is_for_api(request):
        return answer(404, "There is no such address.")
    return in_own_language_beside_staff(defaults.page_not_found)(request, exception=exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """`handler500` of the site."""
    if is_for_api(request):
        return answer(500, "Something failed on our side. Nothing was changed.")
    return defaults.server_error(request)
