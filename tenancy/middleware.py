"""Opens the scope for web pages: `/o/<slug>/…` for members, `/admin/` for ops who chose an organization."""

from __future__ import annotations

import re
from collections.abc import Callable

import structlog
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from psycopg.errors import ForeignKeyViolation

from tenancy.entry import missing_page
from tenancy.models import Organization
from tenancy.queries import groups_seen, memberships_of
from tenancy.scope import groups_scope, organization_scope
from tenancy.streams import keep_scope, one_transaction

log = structlog.get_logger()
STAFF_PATH = re.compile(r"^/o/(?P<slug>[-\w]+)/")
# Pages about people: no browser and no proxy keeps a copy, unless the view says what may be kept.
PERSONAL = ("/o/", "/admin/", "/me/", "/accounts/", "/sso/")
ADMIN_ORGANIZATION = "admin_organization_id"


class OrganizationMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.answer(request)
        if request.path_info.startswith(PERSONAL):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """Answer that something is not there any more: what the view wrote hangs on a row that was deleted at the same moment."""
        is_of_members = STAFF_PATH.match(request.path_info)
        if not is_of_members or not isinstance(exception.__cause__, ForeignKeyViolation):
            return None
        log.warning("request.subject_gone", exc_info=exception)
        return TemplateResponse(request, "404.html", status=404).render()

    def answer(self, request: HttpRequest) -> HttpResponseBase:
        if match := STAFF_PATH.match(request.path_info):
            return self.for_member(request, match["slug"])
        if request.path_info.startswith("/admin/"):
            return self.for_ops(request)
        return self.get_response(request)

    def for_member(self, request: HttpRequest, slug: str) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        mine = memberships_of(request.user)
        membership = next((each for each in mine if each.organization.slug == slug), None)
        if membership is None:
            return TemplateResponse(request, "404.html", status=404).render()
        if missing := missing_page(request, request.user, membership):
            context = {"organization": membership.organization}
            return TemplateResponse(request, missing, context, status=403).render()
        request.memberships = mine  # type: ignore[attr-defined]
        request.membership = membership  # type: ignore[attr-defined]
        request.organization = membership.organization  # type: ignore[attr-defined]
        with organization_scope(membership.organization), groups_scope(groups_seen(membership)):
            with one_transaction(request):
                response = self.get_response(request)
            return keep_scope(response, one_transaction(request))

    def for_ops(self, request: HttpRequest) -> HttpResponseBase:
        chosen = request.session.get(ADMIN_ORGANIZATION)
        organization = Organization.objects.filter(pk=chosen).first() if chosen else None
        request.organization = organization  # type: ignore[attr-defined]
        if organization is None:
            return self.get_response(request)
        with organization_scope(organization):
            return keep_scope(self.get_response(request), one_transaction(request))
