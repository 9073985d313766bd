"""The addresses a person signs in with. Who they are hangs on the first one, so only a proven one takes its place."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.views import EmailView
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from tenancy.queries import memberships_of, requires_sign_on
from ui.bidi import isolated


class AddressesView(EmailView):
    """allauth's page; it would let anybody take a first address that nobody has proven to be theirs."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """A creator finds the page among their own, a member among those of their sign-in."""
        person: Any = self.request.user
        is_member = person.is_staff or memberships_of(person)
        layout = "allauth/layouts/manage.html" if is_member else "base_portal.html"
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "own_layout": layout, "is_member": is_member}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Change nothing for whom an organization's provider signs in: another address would set them free."""
        user: Any = request.user
        bound = (m.organization for m in memberships_of(user) if requires_sign_on(m, user))
        if organization := next(bound, None):
            messages.error(
                request,
                f"{isolated(organization)} asks you to sign in through your organization, so your address stays as it is. Ask an admin"
                " there to change it.",
            )
            return redirect("account_email")
        mine = EmailAddress.objects.filter(user=user)
        # What allauth calls primary is what we know them by: it refuses to remove that one, and a confirmed link never replaces it.
        mine.exclude(email=user.email).update(primary=False)
        mine.filter(email=user.email).update(primary=True)
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer

    def _action_primary(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        found = self._get_email_address(request)
        if found and not found.verified:
            messages.error(
                request,
                gettext(
                    "Confirm %(address)s first: follow the link in the e-mail that we sent there."
                )
                % {"address": isolated(found.email)},
            )
            return None
        try:
            with transaction.atomic():
                answer: HttpResponse | None = super()._action_primary(request, *args, **kwargs)
        except IntegrityError:  # an account was made at this address since it was added here
            messages.error(
                request,
                gettext(
                    "Another account is known by %(address)s already, so your address stays as it is."
                )
                % {"address": isolated(request.POST.get("email", ""))},
            )
            return None
        return answer
