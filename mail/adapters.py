"""How people sign in: by invitation, never by signing up on their own, and with mails that go through the outbox."""

from __future__ import annotations

import uuid
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.account.utils import filter_users_by_email
from allauth.core.internal.ratelimit import get_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mail.services.outbox import queue_message
from tenancy.addresses import one_spelling
from tenancy.entry import came_by_provider
from tenancy.models import User
from tenancy.queries import memberships_of, organization_that_requires_sign_on
from tenancy.scope import person_scope
from ui.bidi import isolated

# allauth's name of a mail: our template and subject. All of them carry a code or a one-time link.
MAILS = {
    "account/email/login_code": ("account_login_code", _("Your sign-in code")),
    "account/email/password_reset_key": ("account_password_reset", _("Set a new password")),
    "account/email/email_confirmation": (
        "account_confirm_address",
        _("Confirm your e-mail address"),
    ),
}
# allauth's name of what has changed: our subject of the mail that tells the person, who may not have done it.
CHANGES = {
    "mfa/email/webauthn_added": _("A passkey was added to your account"),
    "mfa/email/webauthn_removed": _("A passkey was removed from your account"),
    "mfa/email/totp_activated": _("An authenticator app was added to your account"),
    "mfa/email/totp_deactivated": _("An authenticator app was removed from your account"),
}


class FactorAdapter(DefaultMFAAdapter):
    """A creator's passkey is a second way in beside the code, a member's a second factor besides."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This was not accepted. Try again, or sign in another way."),
    }

    def is_mfa_enabled(self, user: Any, types: list[str] | None = None) -> bool:
        """Is something asked for after the first sign-in, of these types?"""
        if types and not (user.is_staff or memberships_of(user)):
            types = [each for each in types if each != Authenticator.Type.WEBAUTHN]
        enabled: bool = super().is_mfa_enabled(user, types)
        return enabled

    def generate_authenticator_name(self, user: Any, type: str) -> str:  # noqa: A002 -- allauth's name for it
        return gettext("Passkey")


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _(
            "E-mail address and password do not belong together. Check both, or use an e-mailed code."
        ),
        "incorrect_code": _("This is not the code. Check it, or ask for a new one."),
        "rate_limited": _("Too many tries. Wait a few minutes, and try again."),
        "too_many_login_attempts": _(
            "Too many tries. Ask for a code by e-mail, or wait a few minutes."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return what limits count by: the client's address as the middleware knows it (`influence.client_address`), of IPv6 its
        network, since a single line has 2⁶⁴ addresses; nothing at a Unix socket without a proxy."""
        address: str = request.META.get("REMOTE_ADDR") or "unknown"
        return str(ip_network(f"{address}/64", strict=False)) if ":" in address else address

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Wrong passwords count for the account at this address: elsewhere its owner still signs in."""
        account: str = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{account}:{get_ip(request)}"

    def clean_email(self, email: str) -> str:
        """One spelling, so that either spelling of a domain signs in."""
        return one_spelling(email)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        if email := credentials.get("email"):
            credentials["email"] = one_spelling(email)
        return super().authenticate(request, **credentials)

    def pre_login(self, request: HttpRequest, user: Any, **details: Any) -> HttpResponse | None:
        """Lead a member whose organization requires it to its provider, whatever else they have proven."""
        if answer := super().pre_login(request, user, **details):
            return answer
        organization = organization_that_requires_sign_on(user)
        if organization is None or came_by_provider(request, user, organization):
            return None
        clear_login(request)
        messages.error(
            request,
            gettext("%(who)s asks you to sign in through your organization.")
            % {"who": isolated(organization)},
        )
        query = urlencode({"email": user.email, "next": details.get("redirect_url") or ""})
        return redirect(f"{reverse('single_sign_on')}?{query}")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue the mail as the person's own. Raises KeyError for a mail of allauth's that we have no template for."""
        template, subject = MAILS[template_prefix]
        person: User = context.get("user") or filter_users_by_email(email, is_active=True)[0]
        values = {key: value for key, value in context.items() if key not in {"request", "user"}}
        with person_scope(person):
            queue_message(
                template,
                to=email,
                subject=str(subject),
                values={**values, "email": email},
                intent=f"{template}:{uuid.uuid4().hex}",  # each time somebody asks is a wish of its own
                is_secret=True,
            )

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: Any = None, email: str | None = None
    ) -> None:
        """Tell a person that something signs them in now, or does no longer. Of other changes there is no mail."""
        if template_prefix not in CHANGES:
            return
        with person_scope(user):
            queue_message(
                "account_sign_in_changed",
                to=user.email,
                subject=str(CHANGES[template_prefix]),
                values={
                    "email": user.email,
                    "moment": timezone.now(),
                    "link": f"{settings.PUBLIC_URL}{reverse('portal:sign_in')}",
                },
                intent=f"account_sign_in_changed:{uuid.uuid4().hex}",
            )
