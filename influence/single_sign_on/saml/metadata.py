"""A provider's metadata: who it is, where it signs people in, and by which certificates."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.conf import settings

from influence.single_sign_on.outgoing import AddressRefused, OutgoingSession
from influence.single_sign_on.protocol import MALFORMED

LONGEST_ENTITY, LONGEST_URL, MOST_CERTIFICATES = 300, 2_000, 6
LEAST_BITS = 2048  # of an RSA key


class MetadataRefused(Exception):
    """Metadata that no provider can be entered from. `str()` is safe to show and says what to do."""


@dataclass(frozen=True)
class Metadata:
    """A provider's own description of itself. `certificates`: DER in base64."""

    entity_id: str
    sign_in_url: str
    certificates: list[str]


@dataclass(frozen=True)
class Certificate:
    """A certificate as people compare one."""

    fingerprint: str  # of SHA-256
    valid_until: datetime


def fetch(url: str) -> bytes:
    """The metadata at this address, read as a provider of OpenID Connect is. Raises MetadataRefused."""
    try:
        with OutgoingSession() as session:
            answer = session.get(url)
    except AddressRefused as problem:
        raise MetadataRefused("The address has to be a public one, and begin with https://.") from problem  # fmt: skip
    except requests.RequestException as problem:
        raise MetadataRefused("Nothing answers at this address. Paste the metadata instead.") from problem  # fmt: skip
    if answer.status_code != 200:
        raise MetadataRefused(f"This address answers with {answer.status_code}, not with metadata. Paste them instead.")  # fmt: skip
    return answer.content


def read(xml: bytes) -> Metadata:
    """Read one provider's metadata. Raises MetadataRefused."""
    from lxml import etree  # noqa: PLC0415 -- loaded when first needed
    from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser  # noqa: PLC0415 -- the same
    from onelogin.saml2.xml_utils import OneLogin_Saml2_XML  # noqa: PLC0415 -- the same

    try:
        document = OneLogin_Saml2_XML.to_etree(xml)  # without DTD and entities
        described = OneLogin_Saml2_XML.query(
            document, "descendant-or-self::md:EntityDescriptor[md:IDPSSODescriptor]"
        )
        if len(described) != 1:
            raise MetadataRefused("These metadata have to describe one identity provider, and no more.")  # fmt: skip
        found = OneLogin_Saml2_IdPMetadataParser.parse(described[0])["idp"]
    except (etree.LxmlError, *MALFORMED) as problem:
        raise MetadataRefused("These are no SAML metadata: they begin with <EntityDescriptor.") from problem  # fmt: skip
    signing = found.get("x509certMulti", {}).get("signing") or [found.get("x509cert", "")]
    return Metadata(
        entity_id=_entity(found.get("entityId") or ""),
        sign_in_url=_address(found.get("singleSignOnService", {}).get("url") or ""),
        certificates=_certificates([each for each in dict.fromkeys(signing) if each]),
    )


def shown(certificates: str) -> list[Certificate]:
    """The certificates of a row, as people compare them."""
    loaded = [_loaded(each) for each in certificates.split()]
    return [
        Certificate(each.fingerprint(hashes.SHA256()).hex(":").upper(), each.not_valid_after_utc)
        for each in loaded
    ]


def _entity(given: str) -> str:
    entity = given.strip()
    if not entity or len(entity) > LONGEST_ENTITY or not entity.isprintable():
        raise MetadataRefused("These metadata do not name their provider (entityID).")
    return entity


def _address(given: str) -> str:
    """The address of a page; people's browsers go there, nothing here does. Raises MetadataRefused."""
    try:
        parts = urlsplit(given)
        is_whole = bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        is_whole, parts = False, urlsplit("")
    is_safe = parts.scheme == "https" or (settings.LOCAL and parts.scheme == "http")
    is_plain = given.isprintable() and " " not in given and not parts.fragment
    if not (is_whole and is_safe and is_plain and len(given) <= LONGEST_URL):
        raise MetadataRefused("These metadata name no https address for signing in by HTTP-Redirect.")  # fmt: skip
    return given


def _certificates(given: list[str]) -> list[str]:
    if not 0 < len(given) <= MOST_CERTIFICATES:
        raise MetadataRefused(f"These metadata have to hold a signing certificate, and {MOST_CERTIFICATES} at most.")  # fmt: skip
    try:
        keys = [_loaded(each).public_key() for each in given]
    except MALFORMED as problem:
        raise MetadataRefused("A certificate in these metadata cannot be read.") from problem
    strong = [
        isinstance(key, ec.EllipticCurvePublicKey)
        or (isinstance(key, rsa.RSAPublicKey) and key.key_size >= LEAST_BITS)
        for key in keys
    ]
    if not all(strong):
        raise MetadataRefused(f"A certificate in these metadata has a weak key: {LEAST_BITS} bits of RSA are the least.")  # fmt: skip
    return given


def _loaded(certificate: str) -> x509.Certificate:
    return x509.load_der_x509_certificate(base64.b64decode(certificate, validate=True))
