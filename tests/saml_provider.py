"""A provider of SAML on this machine, as honest or as false as a test wants it: metadata over HTTP, answers that it signs."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Names
from onelogin.saml2.utils import OneLogin_Saml2_Utils as Library

XML = {"saml": Names.NS_SAML, "samlp": Names.NS_SAMLP, "ds": Names.NS_DS}
HERE, OUR_NAME = "http://testserver/sso/elm/saml/reply/", "http://testserver/sso/elm/saml/"
EMAIL = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"


def pair(bits: int = 2048) -> tuple[str, str]:
    """A private key and its certificate, in PEM."""
    key, name = rsa.generate_private_key(public_exponent=65537, key_size=bits), x509.Name([])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1)).sign(key, hashes.SHA256())  # fmt: skip
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return secret.decode(), made.public_bytes(Encoding.PEM).decode()


KEYS, OTHER_KEYS = pair(), pair()
RESPONSE = """<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"
 ID="r1" Version="2.0" IssueInstant="{now}" Destination="{destination}" InResponseTo="{asked}"><saml:Issuer>{issuer}</saml:Issuer>
<samlp:Status><samlp:StatusCode Value="{status}"/></samlp:Status>
<saml:Assertion ID="a1" Version="2.0" IssueInstant="{now}"><saml:Issuer>{issuer}</saml:Issuer>
<saml:Subject><saml:NameID Format="{format}">{subject}</saml:NameID>
<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
<saml:SubjectConfirmationData {confirmation}/></saml:SubjectConfirmation></saml:Subject>
<saml:Conditions NotBefore="{since}" NotOnOrAfter="{until}">{restriction}</saml:Conditions>
<saml:AuthnStatement AuthnInstant="{now}"><saml:AuthnContext>
<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>
</saml:AuthnContext></saml:AuthnStatement>{statement}</saml:Assertion></samlp:Response>"""
METADATA = """<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"
 entityID="{entity}"><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
{keys}<md:SingleSignOnService Binding="{binding}" Location="{location}"/></md:IDPSSODescriptor></md:EntityDescriptor>"""
KEY = """<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate>
</ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"""
RESTRICTION = (
    "<saml:AudienceRestriction><saml:Audience>{}</saml:Audience></saml:AudienceRestriction>"
)


def moment(minutes: float = 0) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def bare(certificate: str) -> str:
    return "".join(certificate.splitlines()[1:-1])


@dataclass
class SamlProvider:
    """`said` changes parts of RESPONSE, `confirmation` of what confirms the subject (None: not said), `attributes` of the person;
    `before` and `after` are given the XML before and after it is signed."""

    url: str = ""
    attributes: dict[str, str] = field(
        default_factory=lambda: {EMAIL: "ann@elm.example", "displayName": "Ann"}
    )
    said: dict[str, str] = field(default_factory=dict)
    confirmation: dict[str, str | None] = field(default_factory=dict)
    before: Callable[[str], str] = str
    after: Callable[[str], str] = str
    signs: tuple[str, ...] = ("Assertion",)
    keys: tuple[str, str] = KEYS
    algorithms: dict[str, str] = field(default_factory=dict)
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)

    @property
    def sign_in_url(self) -> str:
        return f"{self.url}/sign-in?tenant=elm&way=web"

    @property
    def entity_id(self) -> str:
        return f"{self.url}/entity"

    def metadata(self, certificates: tuple[str, ...] = (bare(KEYS[1]),), **other: str) -> str:
        known = {
            "entity": self.entity_id,
            "location": escape(self.sign_in_url),
            "binding": Names.BINDING_HTTP_REDIRECT,
        }
        keys = "".join(KEY.format(each) for each in certificates)
        return METADATA.format(keys=keys, **{**known, **other})

    def request(self, address: str) -> Any:
        """The XML of the request with which a person was sent to this address."""
        query = parse_qs(urlsplit(address).query)
        return etree.fromstring(zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15))

    def agree(self, address: str) -> dict[str, str]:
        """The form with which a person comes back who was sent to this address and signed in there."""
        asked = self.request(address)
        here, name = asked.get("AssertionConsumerServiceURL"), asked.findtext("{*}Issuer")
        xml = self.answer(asked.get("ID"), here, name)
        return {
            "SAMLResponse": base64.b64encode(xml.encode()).decode(),
            "RelayState": parse_qs(urlsplit(address).query)["RelayState"][0],
        }

    def page(self, address: str) -> str:
        """The page that a person meets there: a button sends them back."""
        fields = [
            f'<input type="hidden" name="{name}" value="{value}">'
            for name, value in self.agree(address).items()
        ]
        back = self.request(address).get("AssertionConsumerServiceURL")
        return (
            f'<form method="post" action="{back}">{"".join(fields)}<button>Go back</button></form>'
        )

    def answer(self, asked: str, here: str = HERE, our_name: str = OUR_NAME) -> str:
        confirmed = {
            "Recipient": here,
            "InResponseTo": asked,
            "NotOnOrAfter": moment(5),
            **self.confirmation,
        }
        said = "".join(
            f'<saml:Attribute Name="{name}"><saml:AttributeValue>{value}</saml:AttributeValue></saml:Attribute>'
            for name, value in self.attributes.items()
        )
        xml = RESPONSE.format(
            **{
                "now": moment(),
                "since": moment(-1),
                "until": moment(5),
                "destination": here,
                "asked": asked,
                "issuer": self.entity_id,
                "status": Names.STATUS_SUCCESS,
                "format": Names.NAMEID_PERSISTENT,
                "subject": "a1-persistent",
                "restriction": RESTRICTION.format(our_name),
                "confirmation": " ".join(
                    f'{name}="{value}"' for name, value in confirmed.items() if value is not None
                ),
                "statement": said and f"<saml:AttributeStatement>{said}</saml:AttributeStatement>",
                **self.said,
            }
        )
        root = etree.fromstring(self.before(xml))
        for what in self.signs:
            self.sign(root, what)
        return self.after(etree.tostring(root).decode())

    def sign(self, root: Any, what: str) -> None:
        """Sign the assertion within the document, or the document."""
        part = root if what == "Response" else root.find("saml:Assertion", XML)
        alone = etree.fromstring(etree.tostring(part))
        etree.cleanup_namespaces(alone)
        signed = etree.fromstring(
            Library.add_sign(etree.tostring(alone), *self.keys, **self.algorithms)
        )
        if what == "Response":
            root[:] = list(signed)
        else:
            root.replace(part, signed)


@contextmanager
def saml_provider() -> Iterator[SamlProvider]:
    """One that listens until the end of the block."""
    provider = SamlProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_person = self.path.startswith("/sign-in?")
            found = provider.page(self.path) if is_person else provider.metadata()
            status, body = provider.answers.get(self.path, (200, found.encode()))
            self.send_response(status)
            self.send_header("Content-Type", "text/html" if is_person else "text/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the library's name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        provider.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield provider
        server.shutdown()
