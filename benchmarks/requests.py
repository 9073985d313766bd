"""Requests to the API, in this process and without the web server."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import resolve
from rest_framework.test import APIRequestFactory

from tenancy.enums import Scope
from tenancy.models import Organization
from tenancy.services.organizations import create_api_key

_factory = APIRequestFactory(SERVER_NAME="localhost")


def api_key(organization_id: int) -> str:
    organization = Organization.objects.get(pk=organization_id)
    return create_api_key(organization, "Benchmark", scopes=[Scope.READ], actor=None)[1]


def getter(path: str, parameters: dict[str, str], key: str) -> Callable[[], HttpResponse]:
    """A call of the view behind an address, authentication to rendered answer; it must answer 200."""
    view = resolve(path)

    def get() -> HttpResponse:
        request = _factory.get(path, parameters, HTTP_AUTHORIZATION=f"Bearer {key}")
        response: HttpResponse = view.func(request, *view.args, **view.kwargs)
        assert response.status_code == 200, response.content
        return response

    return get
