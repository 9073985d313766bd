"""OpenID Connect with an organization's provider: where to send people, and what it says about who came back.

allauth keeps `state`, exchanges the code (with PKCE) and signs in. Here is what OpenID Connect adds: discovery, nonce, and an
ID token whose signature, issuer, audience and time are checked.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import jwt
import requests
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from influence.single_sign_on.outgoing import AddressRefused, OutgoingSession
from influence.single_sign_on.secrets import open_secret
from tenancy.errors import SignOnFault, SignOnRefused
from tenancy.models import Organization, SingleSignOn
from tenancy.services.sign_on_people import Claims

DISCOVERY = "/.well-known/openid-configuration"
# Signatures by a key that the provider alone has; a shared secret signs nothing here.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]  # fmt: skip
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
# What reading an answer raises that is nothing like what it should be.
MALFORMED = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
LONGEST_SUBJECT, LONGEST_ADDRESS = 191, 2_000  # characters
LEEWAY = 60  # seconds by which clocks may differ


class SignOnProvider(OAuth2Provider):
    """An organization's provider, as allauth knows one."""

    id, name = "single_sign_on", "Single sign-on"
    pkce_enabled_default = True

    def __init__(self, request: HttpRequest, row: SingleSignOn, organization: Organization) -> None:
        self.row, self.organization = row, organization
        app = SocialApp(
            provider=self.id,
            provider_id=row.provider_key,
            name=str(organization),
            client_id=row.client_id,
            secret=open_secret(row),
        )
        super().__init__(request, app=app)

    def set_out(
        self, request: HttpRequest, *, email: str, next_url: str | None, is_test: bool
    ) -> HttpResponse:
        """Send the person there. Raises SignOnRefused."""
        nonce = secrets.token_urlsafe(16)
        answer: HttpResponse = self.redirect(
            request,
            "login",
            next_url=next_url,
            data={"nonce": nonce, "is_test": is_test, "identity": self.row.identity},
            scope=["openid", "email", "profile"],
            auth_params={"nonce": nonce, **({"login_hint": email} if email else {})},
        )
        return answer

    def get_oauth2_adapter(self, request: HttpRequest) -> Protocol:
        return Protocol(request, self)

    def extract_uid(self, data: Any) -> str:
        return str(data["sub"])

    def extract_extra_data(self, data: Any) -> dict[str, Any]:
        """Nothing of what the provider says about a person is kept but who it is."""
        return {}


class _Client(OAuth2Client):
    def get_access_token(self, *args: Any, **options: Any) -> Any:
        """The tokens for the code. Raises SignOnRefused; the provider's own words may hold a secret."""
        try:
            found = super().get_access_token(*args, **options)
            return {name: found[name] for name in ("access_token", "id_token") if name in found}
        except MALFORMED:
            raise SignOnRefused(SignOnFault.UNREADABLE) from None
        except AddressRefused as problem:
            raise SignOnRefused(SignOnFault.INSIDE) from problem
        except OAuth2Error as problem:
            is_code = "invalid_grant" in str(problem)
            raise SignOnRefused(SignOnFault.CODE if is_code else SignOnFault.CLIENT) from None


class Protocol(OAuth2Adapter):
    """The provider's addresses and its answers."""

    client_class = _Client

    def __init__(self, request: HttpRequest, provider: SignOnProvider) -> None:
        super().__init__(request)
        self.provider, self.provider_id = provider, provider.row.provider_key

    def get_provider(self) -> SignOnProvider:
        return self.provider

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return callback_url(self.provider.organization)

    @cached_property
    def discovered(self) -> dict[str, Any]:
        """The provider's own description of itself. Raises SignOnRefused."""
        issuer = self.provider.row.issuer.rstrip("/")
        found = _read(f"{issuer}{DISCOVERY}")
        if str(found.get("issuer")).rstrip("/") != issuer:
            raise SignOnRefused(SignOnFault.ISSUER)
        if not all(_is_address(found.get(name)) for name in NEEDED):
            raise SignOnRefused(SignOnFault.UNREADABLE)
        return found

    @property
    def authorize_url(self) -> str:
        return str(self.discovered["authorization_endpoint"])

    @property
    def access_token_url(self) -> str:
        return str(self.discovered["token_endpoint"])

    @property
    def basic_auth(self) -> bool:
        """The provider takes id and secret in the header alone. Where it says nothing, that is its only way."""
        methods = self.discovered.get("token_endpoint_auth_methods_supported")
        return "client_secret_post" not in (methods if isinstance(methods, list) else [])

    def complete_login(
        self, request: HttpRequest, app: Any, token: SocialToken, **options: Any
    ) -> SocialLogin:
        """The login of whom the ID token names; its claims go along. Raises SignOnRefused."""
        said = self._verified(str(options["response"].get("id_token", "")))
        if "email" not in said and _is_address(self.discovered.get("userinfo_endpoint")):
            said = {**self._user_info(token.token, said["sub"]), **said}
        login = self.provider.sociallogin_from_response(request, said)
        login.nonce, login.claims = said.get("nonce"), claims_of(said)
        login.hosted = _text(said.get("hd"))
        return login

    def _verified(self, id_token: str) -> dict[str, Any]:
        try:
            keys = jwt.PyJWKSet.from_dict(_read(self.discovered["jwks_uri"])).keys
            name = jwt.get_unverified_header(id_token).get("kid")
            key = next((each for each in keys if name in (None, each.key_id)), None)
            if key is None:
                raise SignOnRefused(SignOnFault.TOKEN)
            said: dict[str, Any] = jwt.decode(
                id_token,
                key,
                algorithms=ALGORITHMS,
                audience=self.provider.row.client_id,
                issuer=self.discovered["issuer"],
                leeway=LEEWAY,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        except jwt.InvalidIssuerError as problem:
            raise SignOnRefused(SignOnFault.ISSUER) from problem
        except (jwt.PyJWTError, *MALFORMED) as problem:
            raise SignOnRefused(SignOnFault.TOKEN) from problem
        is_subject = said["sub"].isprintable() and 0 < len(said["sub"]) <= LONGEST_SUBJECT
        if (
            not is_subject
            or said.get("azp", self.provider.row.client_id) != self.provider.row.client_id
        ):
            raise SignOnRefused(SignOnFault.TOKEN)
        return said

    def _user_info(self, access_token: str, subject: str) -> dict[str, Any]:
        bearer = {"Authorization": f"Bearer {access_token}"}
        found = _read(self.discovered["userinfo_endpoint"], headers=bearer)
        if found.get("sub") != subject:
            raise SignOnRefused(SignOnFault.TOKEN)
        return found


def callback_url(organization: Organization) -> str:
    """The address to which the provider sends people back; it has to know it."""
    path = reverse("single_sign_on_callback", args=[organization.slug])
    return f"{settings.PUBLIC_URL}{path}"


def claims_of(said: Mapping[str, Any]) -> Claims:
    """The claims that count; of another type than they should have, they count as not said."""
    flags = {True: True, False: False, "true": True, "false": False}
    given = said.get("email_verified")
    return Claims(
        subject=str(said["sub"]),
        email=_text(said.get("email")),
        is_verified=flags.get(given) if isinstance(given, bool | str) else None,
        name="".join(filter(str.isprintable, _text(said.get("name"))))[:120],
    )


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _is_address(value: Any) -> bool:
    if not isinstance(value, str) or len(value) > LONGEST_ADDRESS or not value.isprintable():
        return False
    try:
        parts = urlsplit(value)
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return is_whole and parts.scheme in ("https", *(["http"] if settings.LOCAL else []))


def _read(url: str, **options: Any) -> dict[str, Any]:
    """A JSON object of the provider's. Raises SignOnRefused."""
    try:
        with OutgoingSession() as session:
            answer = session.get(url, **options)
    except AddressRefused as problem:
        raise SignOnRefused(SignOnFault.INSIDE) from problem
    except requests.RequestException as problem:
        raise SignOnRefused(SignOnFault.UNREACHABLE) from problem
    try:
        found = answer.json()
    except MALFORMED as problem:
        raise SignOnRefused(SignOnFault.UNREADABLE) from problem
    if answer.status_code != 200 or not isinstance(found, dict):
        raise SignOnRefused(SignOnFault.UNREADABLE)
    return found
