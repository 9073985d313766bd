"""allauth's hooks: how its flow of signing in ends for us, and how it fails."""

from __future__ import annotations

from typing import Any

import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base.constants import AuthError
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from influence.single_sign_on.outgoing import OutgoingSession
from tenancy.addresses import domain_of
from tenancy.enums import Permission
from tenancy.errors import SignOnFault, SignOnRefused
from tenancy.policies import can
from tenancy.queries import membership_in, sign_on_domains
from tenancy.scope import organization_scope
from tenancy.services.sign_on_people import signed_on, verified_address
from tenancy.services.single_sign_on import note_test

GOOGLE = "https://accounts.google.com"


class SignOnAdapter(DefaultSocialAccountAdapter):
    def get_requests_session(self) -> OutgoingSession:
        return OutgoingSession()

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """Raises SignOnRefused, whatever it was."""
        if error == AuthError.CANCELLED:
            fault = SignOnFault.CANCELLED
        elif isinstance(exception, requests.RequestException):
            fault = SignOnFault.UNREACHABLE
        else:
            is_known = "state" in (extra_context or {})
            fault = SignOnFault.DENIED if is_known else SignOnFault.STATE
        raise SignOnRefused(fault) from exception

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Put our person in the place of allauth's. Raises SignOnRefused."""
        begun, provider = sociallogin.state["data"], sociallogin.provider
        if sociallogin.nonce != begun["nonce"]:
            raise SignOnRefused(SignOnFault.NONCE)
        with organization_scope(provider.organization):
            if provider.row.issuer.rstrip("/") == GOOGLE:
                _check_hosted(sociallogin)
            if begun["is_test"]:
                raise ImmediateHttpResponse(_end_test(request, sociallogin))
            link = signed_on(provider.row, sociallogin.claims)
        sociallogin.account, sociallogin.user = link, link.user


def _check_hosted(sociallogin: SocialLogin) -> None:
    """A private Google account keeps an address of the organization after its person has left. Raises SignOnRefused."""
    proven = sign_on_domains().filter(proven_at__isnull=False)
    if not proven.filter(domain=domain_of(f"@{sociallogin.hosted}")).exists():
        raise SignOnRefused(SignOnFault.HOSTED)


def _end_test(request: HttpRequest, sociallogin: SocialLogin) -> HttpResponse:
    provider, user = sociallogin.provider, request.user
    membership = membership_in(user, provider.organization.pk) if user.is_authenticated else None
    if membership is None or not can(membership, Permission.MANAGE_ORGANIZATION):
        raise SignOnRefused(SignOnFault.STATE)
    email = verified_address(provider.row, sociallogin.claims)
    note_test(provider.row, actor=membership.user)
    messages.success(request, f"The test went well: the provider knows you as {email}.")
    return redirect("single_sign_on:page", provider.organization.slug)
