"""Answers of SAML that are false: none signs anybody in, whoever made them."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
import xmlsec
from django.contrib.auth import get_user
from django.core.cache import cache
from django.test import Client
from lxml import etree
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Names

from influence.single_sign_on import saml
from influence.single_sign_on.secrets import sealed
from tenancy.models import Organization, SingleSignOn
from tests.influence.single_sign_on.conftest import Members, change, prove, set_out
from tests.influence.single_sign_on.saml.conftest import answer_to, come_by_saml
from tests.openid_provider import CLIENT_ID
from tests.saml_provider import (
    EMAIL,
    HERE,
    KEYS,
    OTHER_KEYS,
    RESTRICTION,
    XML,
    SamlProvider,
    moment,
)

pytestmark = pytest.mark.django_db
Change = Callable[[SamlProvider], Any]
SHA1 = {"sign_algorithm": Names.RSA_SHA1, "digest_algorithm": Names.SHA1}
BOMB = """<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">{}]>""".format(
    "".join(f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefgh", "bcdefghi", strict=True))
)  # fmt: skip


@pytest.fixture(autouse=True)
def ann(saml_sso: SingleSignOn, member: Members) -> None:
    member()


def said(**parts: str) -> Change:
    return lambda idp: idp.said.update(parts)


def confirmed(**parts: str | None) -> Change:
    return lambda idp: idp.confirmation.update(parts)


def said_in(**minutes: float) -> Change:
    """Moments, counted from when the test runs: this file may be read long before."""
    return lambda idp: idp.said.update({part: moment(each) for part, each in minutes.items()})


def confirmed_in(**minutes: float) -> Change:
    """Moments of what confirms the subject, counted from when the test runs."""
    return lambda idp: idp.confirmation.update(
        {part: moment(each) for part, each in minutes.items()}
    )


def before(act: Callable[[str], str]) -> Change:
    return lambda idp: setattr(idp, "before", act)


def after(act: Callable[[str], str]) -> Change:
    return lambda idp: setattr(idp, "after", act)


def replaced(old: str, new: str) -> Callable[[str], str]:
    def act(xml: str) -> str:
        assert old in xml
        return xml.replace(old, new)

    return act


def wrapped(place: Callable[[Any, Any, Any], None]) -> Change:
    """A forged assertion beside the signed one: signature wrapping."""

    def act(xml: str) -> str:
        root = etree.fromstring(xml)
        signed = root.find("saml:Assertion", XML)
        forged = deepcopy(signed)
        forged.set("ID", "forged")
        forged.find(".//saml:NameID", XML).text = "boss"
        place(root, signed, forged)
        return etree.tostring(root).decode()

    return after(act)


def unsigned(assertion: Any) -> Any:
    assertion.remove(assertion.find("ds:Signature", XML))
    return assertion


def first_forged(root: Any, signed: Any, forged: Any) -> None:
    root.insert(root.index(signed), unsigned(forged))


def last_forged(root: Any, signed: Any, forged: Any) -> None:
    root.append(unsigned(forged))


def signed_within_forged(root: Any, signed: Any, forged: Any) -> None:
    root.replace(signed, forged)
    forged.find("ds:Signature", XML).append(signed)


def signed_within_object(root: Any, signed: Any, forged: Any) -> None:
    root.replace(signed, forged)
    etree.SubElement(forged.find("ds:Signature", XML), f"{{{Names.NS_DS}}}Object").append(signed)


def signed_within_extensions(root: Any, signed: Any, forged: Any) -> None:
    root.replace(signed, unsigned(forged))
    extensions = etree.Element(f"{{{Names.NS_SAMLP}}}Extensions")
    extensions.append(signed)
    root.insert(1, extensions)


def same_id(root: Any, signed: Any, forged: Any) -> None:
    forged.set("ID", "a1")
    first_forged(root, signed, forged)


def signed_within_response(root: Any, signed: Any, forged: Any) -> None:
    """The whole answer, kept in the signature of a forged one."""
    root.replace(signed, forged)
    within = deepcopy(root)
    within.replace(within.find("saml:Assertion", XML), signed)
    forged.find("ds:Signature", XML).append(within)
    forged.set("ID", "a1")


def an_object_beside(xml: str) -> str:
    """The answer with more in its signature than what was signed, which the signature leaves out of itself."""
    return replaced("</ds:Signature>", "<ds:Object>more</ds:Object></ds:Signature>")(xml)


def chosen_by_xpath(xml: str) -> str:
    """The answer signed by the right key, over what an expression chooses."""
    root = etree.fromstring(xml)
    assertion = root.find("saml:Assertion", XML)
    signature = xmlsec.template.create(
        root, xmlsec.Transform.EXCL_C14N, xmlsec.Transform.RSA_SHA256, ns="ds"
    )
    assertion.insert(1, signature)
    xmlsec.tree.add_ids(assertion, ["ID"])
    reference = xmlsec.template.add_reference(signature, xmlsec.Transform.SHA256, uri="#a1")
    xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
    choosing = xmlsec.template.add_transform(reference, xmlsec.Transform.XPATH)
    etree.SubElement(choosing, f"{{{Names.NS_DS}}}XPath").text = "true()"
    xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(KEYS[0], xmlsec.KeyFormat.PEM, None)
    context.sign(signature)
    return etree.tostring(root).decode()


CASES: dict[str, tuple[str, Change]] = {
    "not signed": ("token", lambda idp: setattr(idp, "signs", ())),
    "only the response is signed": ("token", lambda idp: setattr(idp, "signs", ("Response",))),
    "signed by somebody else": ("token", lambda idp: setattr(idp, "keys", OTHER_KEYS)),
    "changed after it was signed": ("token", after(replaced("ann@elm.example", "eve@elm.example"))),
    "a response changed after it was signed": (
        "token",
        lambda idp: (setattr(idp, "signs", ("Assertion", "Response")), setattr(idp, "after", replaced('ID="r1"', 'ID="r1" Consent="x"'))),
    ),
    "SHA-1": ("token", lambda idp: idp.algorithms.update(SHA1)),
    "a shared secret": ("token", after(replaced(Names.RSA_SHA256, "http://www.w3.org/2000/09/xmldsig#hmac-sha1"))),
    "a transform that runs": ("token", after(replaced("http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/TR/1999/REC-xslt-19991116"))),
    "a transform that chooses": ("token", after(replaced("http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/TR/1999/REC-xpath-19991116"))),
    "an object in the signature": ("token", after(an_object_beside)),
    "signed by choice": (
        "token",
        lambda idp: (setattr(idp, "signs", ()), setattr(idp, "after", chosen_by_xpath)),
    ),
    "the whole document is referred to": ("token", after(replaced('URI="#a1"', 'URI=""'))),
    "forged beside it": ("token", wrapped(first_forged)),
    "forged after it": ("token", wrapped(last_forged)),
    "signed within the forged one": ("token", wrapped(signed_within_forged)),
    "signed within an object": ("token", wrapped(signed_within_object)),
    "signed within extensions": ("token", wrapped(signed_within_extensions)),
    "signed within a forged answer": ("token", wrapped(signed_within_response)),
    "two of one id": ("token", wrapped(same_id)),
    "a comment in the name": ("token", lambda idp: (idp.said.update(subject="boss.evil"), setattr(idp, "after", replaced(">boss.evil<", ">boss<!-- -->.good<")))),
    "another issuer": ("issuer", said(issuer="https://evil.example")),
    "the assertion has no issuer": ("issuer", before(lambda xml: re.sub(r"(<saml:Assertion[^>]*><saml:Issuer>)[^<]*", r"\1", xml))),
    "for somebody else": ("otherwise", said(restriction=RESTRICTION.format("https://other.example"))),
    "for everybody": ("otherwise", said(restriction="")),
    "for us, restricted to others": ("otherwise", said(restriction=RESTRICTION.format("http://testserver/sso/elm/saml/") + RESTRICTION.format("https://other.example"))),
    "sent elsewhere": ("otherwise", said(destination="https://other.example/")),
    "sent below here": ("otherwise", said(destination=f"{HERE}more/")),
    "received elsewhere": ("otherwise", confirmed(Recipient="https://other.example/")),
    "received below here": ("otherwise", confirmed(Recipient=f"{HERE}more/")),
    "received anywhere": ("otherwise", confirmed(Recipient=None)),
    "to another request": ("nonce", said(asked="_another")),
    "to another request, within": ("otherwise", confirmed(InResponseTo="_another")),
    "to another request, all of it": ("nonce", lambda idp: (said(asked="_another")(idp), confirmed(InResponseTo="_another")(idp))),
    "to no request, within": ("nonce", confirmed(InResponseTo=None)),
    "over": ("otherwise", said_in(since=-30, until=-6)),
    "not yet": ("otherwise", said_in(since=6)),
    "the confirmation is over": ("otherwise", confirmed_in(NotOnOrAfter=-1)),
    "the confirmation never ends": ("otherwise", confirmed(NotOnOrAfter=None)),
    "the confirmation has not begun": ("otherwise", confirmed_in(NotBefore=-1)),
    "not by the bearer": ("otherwise", before(replaced("cm:bearer", "cm:sender-vouches"))),
    "refused there": ("denied", said(status="urn:oasis:names:tc:SAML:2.0:status:AuthnFailed")),
    "no name": ("token", before(lambda xml: re.sub(r"<saml:NameID.*</saml:NameID>", "", xml))),
    "an empty name": ("token", said(subject=" ")),
    "an endless name": ("token", said(subject="x" * 192)),
    "another name each time": ("transient", said(format=Names.NAMEID_TRANSIENT)),
    "no address": ("no_address", lambda idp: idp.attributes.clear()),
    "a name where the address should be": (
        "no_address",
        lambda idp: idp.attributes.update({EMAIL: "<saml:NameID>ann@elm.example</saml:NameID>"}),
    ),
    "encrypted": ("otherwise", after(lambda xml: re.sub(r"<saml:Assertion.*</saml:Assertion>", "<saml:EncryptedAssertion/>", xml, flags=re.DOTALL))),
    "nothing within": ("token", after(lambda xml: re.sub(r"<saml:Assertion.*</saml:Assertion>", "", xml, flags=re.DOTALL))),
    "not of the schema": ("token", after(replaced("</samlp:Status>", "</samlp:Status><samlp:Status/>"))),
    "an XML bomb": ("token", after(lambda xml: BOMB + xml.replace("Ann", "&i;"))),
    "a file": ("token", after(lambda xml: '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + xml.replace("Ann", "&a;"))),
    "deep": ("token", after(lambda xml: "<a>" * 20_000)),
    "no XML": ("token", after(lambda xml: "nonsense")),
    "another document": ("token", after(lambda xml: "<Response/>")),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_false_answer_signs_nobody_in(idp: SamlProvider, case: str) -> None:
    expected, act = CASES[case]
    act(idp)
    client = Client()
    answer = come_by_saml(idp, client)
    assert answer.context["fault"] == expected
    assert answer.status_code == 400
    assert not get_user(client).is_authenticated


def test_clocks_may_differ_by_a_few_minutes(idp: SamlProvider) -> None:
    idp.said = {"since": moment(4), "until": moment(9)}
    assert come_by_saml(idp)["Location"] == "/"


def test_what_is_no_base64_is_no_answer(idp: SamlProvider) -> None:
    client = Client()
    form = idp.agree(set_out(client)) | {"SAMLResponse": "x"}
    assert answer_to(idp, client, form).context["fault"] == "token"


def test_an_answer_is_taken_once(idp: SamlProvider) -> None:
    client = Client()
    form = idp.agree(set_out(client))
    assert answer_to(idp, client, form)["Location"] == "/"
    client.logout()
    assert answer_to(idp, client, form).context["fault"] == "state"


def test_the_step_after_the_post_is_taken_once(idp: SamlProvider) -> None:
    client = Client()
    posted = Client().post("/sso/elm/saml/reply/", idp.agree(set_out(client)))
    assert client.get(posted["Location"])["Location"] == "/"
    assert client.get(posted["Location"]).context["fault"] == "state"


def test_an_answer_belongs_to_the_browser_that_asked(idp: SamlProvider) -> None:
    form = idp.agree(set_out(Client()))
    assert answer_to(idp, Client(), form).context["fault"] == "state"


def test_an_answer_to_one_sign_in_does_not_end_another(idp: SamlProvider) -> None:
    client = Client()
    first, second = set_out(client), set_out(client)
    mixed = idp.agree(first) | {"RelayState": idp.agree(second)["RelayState"]}
    assert answer_to(idp, client, mixed).context["fault"] == "nonce"


@pytest.mark.parametrize("state", ["", "https://testserver/o/elm/", "x" * 81])
def test_what_the_provider_begins_is_refused(idp: SamlProvider, state: str) -> None:
    client = Client()
    idp.confirmation = {"InResponseTo": None}
    xml = replaced(' InResponseTo="unasked"', "")(idp.answer("unasked"))
    form = {"SAMLResponse": base64.b64encode(xml.encode()).decode(), "RelayState": state}
    answer = answer_to(idp, client, form)
    assert answer.context["fault"] == "state"
    assert not get_user(client).is_authenticated


@pytest.mark.parametrize("slug", ["elm", "oak", "absent"])
def test_without_a_sign_in_that_was_begun_here_all_organizations_answer_alike(
    idp: SamlProvider, oak: Organization, slug: str
) -> None:
    answer = answer_to(idp, Client(), {"SAMLResponse": "x", "RelayState": "y"}, slug)
    assert (answer.status_code, answer.context["fault"]) == (400, "state")
    for way in ("saml/finish/?answer=x", "callback/?code=x&state=y"):
        answer = Client().get(f"/sso/{slug}/{way}")
        assert (answer.status_code, answer.context["fault"]) == (400, "state")


def test_an_answer_for_one_organization_is_none_for_another(
    idp: SamlProvider, oak: Organization
) -> None:
    client = Client()
    posted = client.post("/sso/oak/saml/reply/", idp.agree(set_out(client)))
    there = posted["Location"].replace("oak", "elm")
    assert client.get(there).context["fault"] == "state"


@pytest.mark.parametrize("length", [0, 100_001])
def test_an_answer_of_no_length_or_an_endless_one_is_not_kept(length: int) -> None:
    answer = Client().post("/sso/elm/saml/reply/", {"SAMLResponse": "x" * length})
    assert answer.context["fault"] == "state"


def test_posts_are_counted(settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"single_sign_on_reply": "1/m/ip"}
    cache.clear()
    found = [Client().post("/sso/elm/saml/reply/", {"SAMLResponse": "x"}) for _ in range(2)]
    assert [each.status_code for each in found] == [302, 429]


@pytest.mark.parametrize(
    ("fault", "changes"),
    [
        ("changed", {"certificates": "another"}),
        ("changed", {"issuer": "https://b.example"}),
        ("changed", {"sign_in_url": "https://b.example"}),
        ("off", {"is_on": False}),
        ("client", {"protocol": "openid", "client_id": CLIENT_ID, "sealed_secret": "x"}),
    ],
)
def test_a_provider_that_is_changed_meanwhile_signs_nobody_in(
    saml_sso: SingleSignOn, idp: SamlProvider, fault: str, changes: dict[str, Any]
) -> None:
    client = Client()
    address = set_out(client)
    change(saml_sso.organization, **changes)
    assert answer_to(idp, client, idp.agree(address)).context["fault"] == fault


def test_one_that_speaks_openid_connect_by_now_takes_no_answer_of_saml(
    saml_sso: SingleSignOn, idp: SamlProvider
) -> None:
    client = Client()
    form = idp.agree(set_out(client))
    secret = sealed(saml_sso, "x")
    change(saml_sso.organization, protocol="openid", client_id="x", sealed_secret=secret)
    assert answer_to(idp, client, form).context["fault"] == "state"


def test_the_way_back_of_openid_connect_is_closed(idp: SamlProvider) -> None:
    client = Client()
    state = idp.agree(set_out(client))["RelayState"]
    answer = client.get("/sso/elm/callback/", {"code": "x", "state": state})
    assert answer.context["fault"] == "state"


def test_where_the_library_does_not_load_nobody_is_sent_anywhere(
    idp: SamlProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saml, "is_offered", lambda: False)
    answer = Client().post("/sso/", {"email": "ann@elm.example"})
    assert (answer.status_code, answer.context["fault"]) == (400, "not_offered")
    assert Client().get("/sso/elm/saml/").status_code == 404


def test_a_library_that_does_not_load_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> None:
        raise RuntimeError("lxml & xmlsec libxml2 library version mismatch")

    monkeypatch.setattr(saml, "import_module", fail)
    saml.is_offered.cache_clear()
    assert not saml.is_offered()
    saml.is_offered.cache_clear()
    monkeypatch.undo()
    assert saml.is_offered()


def test_an_oak_with_the_same_provider_has_its_own_audience(
    idp: SamlProvider, oak: Organization
) -> None:
    """An answer for Elm is none for Oak, though one provider serves both."""
    prove(oak, "oak.example")
    client = Client()
    idp.said = {"restriction": RESTRICTION.format("http://testserver/sso/oak/saml/")}
    assert come_by_saml(idp, client).context["fault"] == "otherwise"
