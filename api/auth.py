"""Authenticate API keys and their scopes. `api.views.ApiView` then puts the key's organization in scope."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from tenancy.enums import Scope
from tenancy.models import ApiKey
from tenancy.queries import api_key_for

if TYPE_CHECKING:  # Django REST framework reads this module's names while it defines APIView
    from rest_framework.views import APIView

USE_NOTED_EVERY = timedelta(minutes=1)


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer inf_xxxxxxxx.secret`. Unknown, revoked and expired keys get the same answer."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, ApiKey] | None:
        scheme, _, text = get_authorization_header(request).partition(b" ")
        if not scheme:
            return None
        key = api_key_for(text.decode("latin-1").strip()) if scheme.lower() == b"bearer" else None
        if key is None:
            raise AuthenticationFailed("This API key is unknown, revoked or expired.")
        note_use(key)
        return AnonymousUser(), key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Influence"'


def note_use(key: ApiKey) -> None:
    """Keep `last_used_at` right to a minute, without a write for every request."""
    now = timezone.now()
    if key.last_used_at is None or key.last_used_at < now - USE_NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


class HasScope(BasePermission):
    """Reading needs the key's `read` scope, everything else `write`."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not isinstance(request.auth, ApiKey):
            return False
        needed = Scope.READ if request.method in SAFE_METHODS else Scope.WRITE
        self.message = f"This API key lacks the “{needed}” scope."
        return needed in request.auth.scopes


def sees_money(request: Request) -> bool:
    """May the key of this request read rates and fields of money?"""
    return isinstance(request.auth, ApiKey) and Scope.MONEY in request.auth.scopes
