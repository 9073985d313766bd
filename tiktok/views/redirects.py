"""Pages whose form leads away to TikTok."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from tenancy.access import View


def leads_to(setting: str) -> Callable[[View], View]:
    """The form's answer leads to the host named by this setting; a policy of `self` alone would stop the browser there."""

    def decorate(view: View) -> View:
        @wraps(view)
        def allowed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            policy = csp_update({"form-action": [getattr(settings, setting)]})
            return cast(HttpResponse, policy(view)(request, *args, **kwargs))

        return allowed

    return decorate
