"""Shapes of what is entered about single sign-on."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from influence.single_sign_on.protocol import DISCOVERY
from influence.single_sign_on.saml.metadata import MetadataRefused, fetch, read
from tenancy.addresses import domain_of
from tenancy.models import SingleSignOn
from tenancy.public_mail import Mailbox
from ui.editing import EditForm

ENTER_ANEW = (
    "Enter the client secret of this issuer. The earlier one is for the earlier issuer alone."
)
MOST_METADATA = 500_000  # characters
NO_ADDRESS = "Enter an address such as https://login.example.com."


class ProviderForm(forms.Form):
    """The form of a provider. Its secret is entered and never shown; left empty, the earlier one stays."""

    issuer = forms.CharField(
        label="Issuer",
        max_length=300,
        help_text="Such as https://login.example.com. The address of its discovery document does as well.",
        error_messages={"required": "Enter the issuer's address."},
    )
    client_id = forms.CharField(
        label="Client id", max_length=200, error_messages={"required": "Enter the client id."}
    )
    secret = forms.CharField(
        label="Client secret",
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Enter the client secret."},
    )

    def __init__(self, *args: Any, provider: SingleSignOn | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.provider = provider if provider and provider.sealed_secret else None
        if provider and self.provider:
            self.initial = {"issuer": provider.issuer, "client_id": provider.client_id}
            self.fields["secret"].required = False
            self.fields[
                "secret"
            ].help_text = (
                "Kept, and never shown. Leave it empty to keep it; another issuer needs its own."
            )

    def clean_issuer(self) -> str:
        """The issuer without the path of its discovery document."""
        issuer: str = self.cleaned_data["issuer"].removesuffix(DISCOVERY)
        try:
            parts = urlsplit(issuer)
            is_bare = not (parts.query or parts.fragment or "@" in parts.netloc)
            is_address = bool(parts.hostname) and parts.port != 0 and is_bare
        except ValueError as problem:
            raise ValidationError(NO_ADDRESS) from problem
        if not is_address:
            raise ValidationError(NO_ADDRESS)
        if parts.scheme != "https" and not (settings.LOCAL and parts.scheme == "http"):
            raise ValidationError("The address has to begin with https://.")
        return issuer

    def clean(self) -> None:
        """Refuse to let another issuer have the secret that was entered for this one."""
        given = self.cleaned_data
        is_other = (
            self.provider and given.get("issuer", self.provider.issuer) != self.provider.issuer
        )
        if is_other and not given.get("secret"):
            self.add_error("secret", ENTER_ANEW)


class SamlForm(forms.Form):
    """The form of a provider of SAML: all of it stands in its metadata. Call `described` once it is valid."""

    url = forms.CharField(
        label="Address of its metadata",
        max_length=2000,
        required=False,
        help_text="Read once, when you save. After your provider changes its certificate, enter it again.",
    )
    xml = forms.CharField(
        label="Or the metadata themselves",
        max_length=MOST_METADATA,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text="The XML that your provider offers for download (IdP metadata).",
    )

    def clean(self) -> dict[str, Any]:
        """Read the metadata, from their address if one is given."""
        given: dict[str, Any] = self.cleaned_data
        url, xml = given.get("url", "").strip(), given.get("xml", "")
        if self.errors:
            return given
        if bool(url) == bool(xml):
            raise ValidationError("Enter the address of the metadata, or paste them: one of both.")
        try:
            self.described = read(fetch(url) if url else xml.encode())
        except MetadataRefused as refused:
            self.add_error("url" if url else "xml", str(refused))
        return given


class SignOnRulesForm(EditForm, forms.Form):
    """The form of who comes in."""

    gives_role = forms.ChoiceField(
        label="Who comes for the first time",
        required=False,
        choices=[
            ("", "Only who is invited"),
            ("viewer", "Everybody at your domains, as viewer"),
            ("manager", "Everybody at your domains, as manager"),
        ],
        help_text="Whom you removed comes back by an invitation only.",
    )
    trusts_addresses = forms.BooleanField(
        label="The provider does not say whether addresses are verified; take them as verified",
        required=False,
        help_text="Microsoft Entra needs this, and SAML. Tick it only where nobody chooses their own address at the provider.",
    )


class DomainForm(forms.Form):
    """The form of another domain."""

    domain = forms.CharField(
        max_length=253,
        help_text="What stands behind the @ in your people's addresses.",
        error_messages={"required": "Enter a domain."},
    )
    mailbox = forms.ChoiceField(
        label="Send the code to",
        choices=[(each.value, f"{each.value}@…") for each in Mailbox],
        help_text="Whoever reads this mailbox gives you the code.",
    )

    def clean_domain(self) -> str:
        """The domain in its one spelling."""
        domain = domain_of(f"x@{self.cleaned_data['domain'].strip().removeprefix('@')}")
        try:
            validate_email(f"x@{domain}")
        except ValidationError:
            raise ValidationError("Enter a domain such as example.com.") from None
        return domain
