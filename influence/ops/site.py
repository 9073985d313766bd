"""The admin site: Django's own, with allauth's sign-in and a choice of organization."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from influence.ops.receipts import receipt_pages
from tenancy.middleware import ADMIN_ORGANIZATION
from tenancy.models import Organization
from ui.bidi import isolated
from ui.keys import key_in


class OpsSite(AdminSite):
    site_header = site_title = "Influence operations"
    index_title = "Operations"
    site_url = None

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Sign in through allauth, so that MFA and its limits hold here too."""
        response: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return response

    def get_urls(self) -> list[URLResolver | URLPattern]:
        from influence.ops import migration  # noqa: PLC0415 -- its forms and models need the apps

        choose = self.admin_view(require_POST(self.choose_organization))
        return [
            path("organization/", choose, name="choose_organization"),
            *receipt_pages(self),
            *migration.migration_pages(self),
            *super().get_urls(),
        ]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        if self.has_permission(request):
            context["organizations"] = Organization.objects.order_by("name", "pk")
            context["chosen_organization"] = getattr(request, "organization", None)
        return context

    def choose_organization(self, request: HttpRequest) -> HttpResponse:
        """Choose the organization whose rows this session shows from now on; none when nothing is chosen."""
        wanted = request.POST.get("organization", "")
        organization = Organization.objects.filter(pk=key_in(wanted) or 0).first()
        if organization is None:
            request.session.pop(ADMIN_ORGANIZATION, None)
            messages.info(request, "No organization is chosen.")
        else:
            request.session[ADMIN_ORGANIZATION] = organization.pk
            messages.info(request, f"You see {isolated(organization)} now.")
        return redirect(_way_back(request))


def _way_back(request: HttpRequest) -> str:
    """The page the form stood on, if it is one of ours; a single object's page belongs to the organization before."""
    asked = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    is_list = is_ours and asked.startswith("/admin/") and asked.count("/") <= 4
    return asked if is_list else "/admin/"
