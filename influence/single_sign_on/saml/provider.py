"""An organization's provider of SAML, as allauth knows one: where people are sent, and whom its answer names."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlencode, urlsplit
from xml.sax.saxutils import escape

from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.saml.provider import SAMLProvider
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from onelogin.saml2.authn_request import OneLogin_Saml2_Authn_Request
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Names
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from influence.single_sign_on.protocol import LONGEST_SUBJECT
from influence.single_sign_on.saml.addresses import entity_id, reply_url
from influence.single_sign_on.saml.answers import Answer, verified
from tenancy.errors import SignOnFault, SignOnRefused
from tenancy.models import Organization, SingleSignOn
from tenancy.services.sign_on_people import Claims

WS2005 = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"
# The names that providers give to what counts here, the best first; without an id among them, the NameID is it.
ATTRIBUTES = {
    "uid": ["urn:oasis:names:tc:SAML:attribute:subject-id", "http://schemas.microsoft.com/identity/claims/objectidentifier"],
    "email": [f"{WS2005}/emailaddress", "urn:oid:0.9.2342.19200300.100.1.3", "email", "mail", "Email", "emailAddress"],
    "email_verified": ["email_verified", "http://schemas.auth0.com/email_verified"],
    "name": ["http://schemas.microsoft.com/identity/claims/displayname", "urn:oid:2.16.840.1.113730.3.1.241", "displayName", "name"],
    "first_name": [f"{WS2005}/givenname", "urn:oid:2.5.4.42", "givenName", "firstName", "first_name"],
    "last_name": [f"{WS2005}/surname", "urn:oid:2.5.4.4", "sn", "surname", "lastName", "last_name"],
}  # fmt: skip


def our_side(slug: str) -> dict[str, Any]:
    """An organization here, as the library describes one."""
    reply = {"url": reply_url(slug), "binding": Names.BINDING_HTTP_POST}
    return {
        "entityId": entity_id(slug),
        "assertionConsumerService": reply,
        "NameIDFormat": Names.NAMEID_UNSPECIFIED,
    }


class SamlProvider(SAMLProvider):
    """An organization's provider of SAML."""

    id, name = "single_sign_on", "Single sign-on"

    def __init__(self, request: HttpRequest, row: SingleSignOn, organization: Organization) -> None:
        self.row, self.organization = row, organization
        app = SocialApp(
            provider=self.id,
            provider_id=row.provider_key,
            name=str(organization),
            client_id=organization.slug,
            settings={"attribute_mapping": ATTRIBUTES},
        )
        super().__init__(request, app=app)

    @property
    def settings(self) -> OneLogin_Saml2_Settings:
        """Both sides for the library: strict, and only what the assertion itself signs counts."""
        return OneLogin_Saml2_Settings(
            {
                "strict": True,
                "sp": our_side(self.organization.slug),
                "idp": {
                    "entityId": self.row.issuer,
                    "singleSignOnService": {"url": self.row.sign_in_url},
                    "x509certMulti": {"signing": self.row.certificates.split()},
                },
                "security": {
                    "wantAssertionsSigned": True,
                    "rejectDeprecatedAlgorithm": True,
                    "requestedAuthnContext": False,
                    "wantAttributeStatement": False,  # the NameID may be all
                    "allowRepeatAttributeName": True,
                    "allowSingleLabelDomains": True,
                },
            }
        )

    def set_out(
        self, request: HttpRequest, *, email: str, next_url: str | None, is_test: bool
    ) -> HttpResponse:
        """Send the person there. What comes back is known by the state it brings, and by the request it answers."""
        settings, state_id = self.settings, secrets.token_urlsafe(16)
        # The library puts the address into XML as it stands.
        settings.get_idp_data()["singleSignOnService"]["url"] = escape(
            self.row.sign_in_url, {'"': "&quot;"}
        )
        asked = OneLogin_Saml2_Authn_Request(settings)
        begun = {"nonce": asked.get_id(), "is_test": is_test, "identity": self.row.identity}
        self.stash_redirect_state(request, "login", next_url, begun, state_id=state_id)
        query = urlencode({"SAMLRequest": asked.get_request(), "RelayState": state_id})
        link = "&" if urlsplit(self.row.sign_in_url).query else "?"
        return HttpResponseRedirect(f"{self.row.sign_in_url}{link}{query}")

    def login_of(self, request: HttpRequest, state_id: str, answer: str) -> SocialLogin:
        """The login of whom the answer names, to a sign-in that was begun in this session. Raises SignOnRefused."""
        try:
            state = self.unstash_redirect_state(request, state_id)
        except (
            PermissionDenied
        ) as problem:  # also where the provider began it: nobody here has asked
            raise SignOnRefused(SignOnFault.STATE) from problem
        if state["data"]["identity"] != self.row.identity:
            raise SignOnRefused(SignOnFault.CHANGED)
        found = verified(self.settings, answer, asked=state["data"]["nonce"])
        claims = self._claims(found)
        login: SocialLogin = self.sociallogin_from_response(request, found)
        login.state, login.claims = state, claims
        login.nonce, login.hosted = state["data"]["nonce"], ""
        return login

    def extract_extra_data(self, data: Answer) -> dict[str, Any]:
        """Nothing of what the provider says about a person is kept but who it is."""
        return {}

    def extract_uid(self, data: Answer) -> str:
        return str(super().extract_uid(data)).strip()

    def _claims(self, answer: Answer) -> Claims:
        said, subject = self.extract_common_fields(answer), self.extract_uid(answer)
        if not subject.isprintable() or not 0 < len(subject) <= LONGEST_SUBJECT:
            raise SignOnRefused(SignOnFault.TOKEN)
        if subject == answer.get_nameid() and answer.get_nameid_format() == Names.NAMEID_TRANSIENT:
            raise SignOnRefused(SignOnFault.TRANSIENT)
        name = said.get("name") or f"{said.get('first_name', '')} {said.get('last_name', '')}"
        return Claims(
            subject=subject,
            email=said.get("email", ""),
            is_verified=said.get("email_verified"),
            name="".join(filter(str.isprintable, name)).strip()[:120],
        )
