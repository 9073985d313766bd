"""Into the program that an address names, and no further: the scope of its organization is opened for this one page."""

from __future__ import annotations

from functools import wraps
from typing import Any

from allauth.core.internal import ratelimit
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import translation
from django.views.decorators.cache import never_cache

from crm.models import Program
from crm.queries.programs import program_at
from public.links import private, too_often
from tenancy.access import View, public_page
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tenancy.streams import keep_scope, one_transaction
from ui import languages

LIMITS = ("apply_page", "apply_reply")  # of reading, of writing


class ProgramRequest(HttpRequest):
    """A request for a program's page; its organization is in scope, and the reader's language is active."""

    organization: Organization
    program: Program


def program_page(view: View) -> View:
    """A page below `/apply/<organization>/<program>/`, for anybody."""

    @public_page
    @never_cache
    @wraps(view)
    def guarded(request: Any, slug: str, program_key: str) -> HttpResponseBase:
        action = LIMITS[request.method not in {"GET", "HEAD"}]
        if not ratelimit.consume(request, app="allauth.account", action=action, limit_get=True):
            return private(too_often(request))
        organization = Organization.objects.filter(slug=slug).first()
        if organization is None:
            raise Http404("There is no such program.")
        with organization_scope(organization):
            return private(_answer(view, request, organization, program_key))

    return guarded


def _answer(view: View, request: Any, organization: Organization, key: str) -> HttpResponseBase:
    with one_transaction(request):
        program = program_at(key)
    if program is None:
        raise Http404("There is no such program.")
    request.organization, request.program = organization, program
    with translation.override(languages.wanted(request, program.language)):
        with one_transaction(request):
            response = view(request)
        return languages.kept(request, keep_scope(response, one_transaction(request)))
