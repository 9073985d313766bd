"""The base of every API view: for the time of one request its key's organization is in scope."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.middleware.http import ConditionalGetMiddleware
from django.template.response import SimpleTemplateResponse
from rest_framework.request import Request
from rest_framework.views import APIView

from tenancy.models import ApiKey
from tenancy.scope import organization_scope
from tenancy.streams import keep_scope, one_transaction


class ApiView(APIView):
    """Base of every view that serves an organization's data to its keys.

    The answer is rendered inside the scope and the scope is closed when `dispatch` is left, whatever happened; what is
    streamed later is read in it, too.
    A read is one transaction: the database is told the scope once.
    """

    audience = "api"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with ExitStack() as self.scope:
            with ExitStack() as self.transaction:
                response = super().dispatch(request, *args, **kwargs)
                if isinstance(response, SimpleTemplateResponse):
                    response.render()
            keep_scope(response, one_transaction(request))
        response["Cache-Control"] = "private, no-cache"
        # Typed as maybe awaitable; over a plain function it answers plainly.
        answer: Any = ConditionalGetMiddleware(lambda _: response)(request)
        for name, value in getattr(request, "rate_limit", {}).items():
            answer[name] = value
        return answer

    def perform_authentication(self, request: Request) -> None:
        self.transaction.enter_context(one_transaction(request))
        super().perform_authentication(request)
        if isinstance(request.auth, ApiKey):
            self.scope.enter_context(organization_scope(request.auth.organization_id))
