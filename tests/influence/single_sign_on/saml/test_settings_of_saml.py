"""Setting SAML up: our side to copy, their metadata read, tested, turned on."""

from __future__ import annotations

import time
from html import unescape
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from lxml import etree

from influence.single_sign_on import saml
from tenancy.enums import Role
from tenancy.models import Event, Organization, SingleSignOn
from tenancy.scope import organization_scope
from tests.crm.conftest import queries_in
from tests.influence.single_sign_on.conftest import Members, browser, prove, said
from tests.influence.single_sign_on.saml.conftest import answer_to, come_by_saml
from tests.influence.single_sign_on.test_settings import PAGE, SEEN, save_rules, shown_to, stored
from tests.openid_provider import CLIENT_ID, CLIENT_SECRET
from tests.saml_provider import EMAIL, HERE, KEYS, OTHER_KEYS, OUR_NAME, SamlProvider, bare, pair

pytestmark = pytest.mark.django_db
MD = {"md": "urn:oasis:names:tc:SAML:2.0:metadata"}


@pytest.fixture
def owner(member: Members) -> Client:
    return browser(member(Role.OWNER, "olga@elm.example"))


def enter(client: Client, **data: str) -> Any:
    return client.post(f"{PAGE}saml/", data)


def refused(answer: Any) -> str:
    assert answer.status_code == 422
    form = answer.context["saml_form"]
    return " ".join(text for texts in form.errors.values() for text in texts)


def test_from_nothing_to_required(elm: Organization, idp: SamlProvider, owner: Client) -> None:
    page = owner.get(f"{PAGE}?protocol=saml").content.decode()
    assert HERE in page
    assert OUR_NAME in page
    assert enter(owner, url=f"{idp.url}/metadata").status_code == 302
    row = stored(elm)
    assert (row.protocol, row.issuer, row.sign_in_url) == ("saml", idp.entity_id, idp.sign_in_url)
    assert row.certificates == bare(KEYS[1])
    prove(elm, "elm.example")
    save_rules(owner, trusts_addresses="on")

    idp.attributes[EMAIL] = "olga@elm.example"
    sent = owner.post(f"{PAGE}test/")
    back = answer_to(idp, owner, idp.agree(sent["Location"]))
    assert back["Location"] == PAGE
    assert "the provider knows you as olga@elm.example" in shown_to(owner)
    assert not SocialAccount.objects.exists()

    seen = SEEN.search(owner.get(PAGE).content.decode())
    assert seen
    owner.post(f"{PAGE}switch/", {"on": "yes", "seen": unescape(seen[1])})
    owner.post(f"{PAGE}require/", {"require": "yes"})
    elm.refresh_from_db()
    assert elm.requires_single_sign_on
    assert said(elm)[1:] == [
        "single_sign_on.set",
        "single_sign_on.rules_set",
        "single_sign_on.tested",
        "single_sign_on.turned_on",
        "single_sign_on.required",
    ]
    with organization_scope(elm):
        event = Event.objects.get(verb="single_sign_on.set")
        assert event.text.detail["fields"] == ["certificates", "issuer", "protocol", "sign_in_url"]


def test_our_metadata_say_what_a_provider_needs_and_tell_no_organization(
    elm: Organization, idp: SamlProvider
) -> None:
    answer = Client().get("/sso/elm/saml/")
    assert answer["Content-Type"] == "application/samlmetadata+xml"
    found = etree.fromstring(answer.content)
    ours = found.find("md:SPSSODescriptor", MD)
    assert found.get("entityID") == OUR_NAME
    assert found.get("validUntil") is None
    assert ours.get("WantAssertionsSigned") == "true"
    assert ours.find("md:AssertionConsumerService", MD).get("Location") == HERE
    absent = Client().get("/sso/absent/saml/").content.decode()
    assert absent == answer.content.decode().replace("/elm/", "/absent/")


def test_metadata_may_be_pasted_and_are_shown_to_compare(
    elm: Organization, idp: SamlProvider, owner: Client
) -> None:
    two = (bare(KEYS[1]), bare(OTHER_KEYS[1]))
    xml = f'<?xml version="1.0" encoding="UTF-8"?>\n{idp.metadata(two)}'
    assert enter(owner, xml=xml).status_code == 302
    assert stored(elm).certificates.split() == list(two)
    page = owner.get(PAGE).content.decode()
    assert idp.entity_id in page
    assert page.count("Certificate (SHA-256)") == 2
    assert owner.get(PAGE).context["is_saml"]


def test_either_of_the_provider_s_keys_signs(
    saml_sso: SingleSignOn, idp: SamlProvider, member: Members
) -> None:
    member()
    with organization_scope(saml_sso.organization):
        SingleSignOn.objects.update(certificates=f"{bare(OTHER_KEYS[1])}\n{bare(KEYS[1])}")
    assert come_by_saml(idp)["Location"] == "/"
    idp.keys = OTHER_KEYS
    assert come_by_saml(idp)["Location"] == "/"


BOMB = (
    '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>'
)
BAD: dict[str, tuple[str, Any]] = {
    "nothing": ("one of both", lambda idp: ""),
    "no XML": ("no SAML metadata", lambda idp: "nonsense"),
    "a bomb": ("no SAML metadata", lambda idp: BOMB + idp.metadata(entity="&d;")),
    "a file": (
        "no SAML metadata",
        lambda idp: '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + idp.metadata(entity="&a;"),
    ),
    "deep": ("no SAML metadata", lambda idp: "<a>" * 20_000),
    "our own": ("one identity provider", lambda idp: Client().get("/sso/elm/saml/").content.decode()),
    "a federation's": (
        "one identity provider",
        lambda idp: f'<md:EntitiesDescriptor xmlns:md="{MD["md"]}">{idp.metadata() * 2}</md:EntitiesDescriptor>',
    ),
    "no name": ("entityID", lambda idp: idp.metadata(entity=" ")),
    "an endless name": ("entityID", lambda idp: idp.metadata(entity="x" * 301)),
    "no way by redirect": ("HTTP-Redirect", lambda idp: idp.metadata(binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST")),
    "a script": ("HTTP-Redirect", lambda idp: idp.metadata(location="javascript:alert(1)")),
    "half a host": ("HTTP-Redirect", lambda idp: idp.metadata(location="https://[a")),
    "no host": ("HTTP-Redirect", lambda idp: idp.metadata(location="https:///x")),
    "an endless address": ("HTTP-Redirect", lambda idp: idp.metadata(location=f"https://a.example/{'x' * 2000}")),
    "no certificate": ("signing certificate", lambda idp: idp.metadata(())),
    "many certificates": ("signing certificate", lambda idp: idp.metadata(tuple(bare(pair()[1]) for _ in range(7)))),
    "no certificate within": ("cannot be read", lambda idp: idp.metadata(("bm8=",))),
    "no base64": ("cannot be read", lambda idp: idp.metadata(("%%%",))),
    "a weak key": ("2048 bits", lambda idp: idp.metadata((bare(pair(1024)[1]),))),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_metadata_that_name_no_provider_are_refused(
    elm: Organization, idp: SamlProvider, owner: Client, case: str
) -> None:
    expected, make = BAD[case]
    started = time.monotonic()
    assert expected in refused(enter(owner, xml=make(idp)))
    assert time.monotonic() - started < 10
    with organization_scope(elm):
        assert not SingleSignOn.objects.exists()


def test_an_address_that_is_wrong_says_how(
    elm: Organization, idp: SamlProvider, owner: Client, settings: Any, monkeypatch: Any
) -> None:
    idp.answers = {
        "/absent": (404, b""),
        "/moved": (302, b""),
        "/down": (503, b""),
        "/long": (200, b"x" * 1_000_001),
    }
    assert "answers with 404" in refused(enter(owner, url=f"{idp.url}/absent"))
    assert "answers with 302" in refused(enter(owner, url=f"{idp.url}/moved"))
    for path in ("down", "long"):
        assert "Nothing answers" in refused(enter(owner, url=f"{idp.url}/{path}"))
    both = enter(owner, url=f"{idp.url}/metadata", xml=idp.metadata())
    assert "one of both" in refused(both)
    assert "At most 2000" in refused(enter(owner, url="https://a.example/" + "x" * 2000))
    settings.LOCAL = False
    for url in (f"{idp.url}/metadata", "https://127.0.0.1/", "https://169.254.169.254/latest"):
        assert "has to be a public one" in refused(enter(owner, url=url))


def test_on_a_public_machine_people_are_sent_by_tls_alone(
    idp: SamlProvider, owner: Client, settings: Any
) -> None:
    settings.LOCAL = False
    assert "https address" in refused(enter(owner, xml=idp.metadata()))


def test_another_protocol_or_certificate_is_tested_anew(
    saml_sso: SingleSignOn, elm: Organization, idp: SamlProvider, owner: Client, member: Members
) -> None:
    member()
    come_by_saml(idp)
    Organization.objects.update(requires_single_sign_on=True)
    enter(owner, xml=idp.metadata())
    assert stored(elm).is_on  # nothing was changed
    enter(owner, xml=idp.metadata((bare(OTHER_KEYS[1]),)))
    assert (stored(elm).is_on, stored(elm).tested_at) == (False, None)
    elm.refresh_from_db()
    assert not elm.requires_single_sign_on
    assert SocialAccount.objects.count() == 1
    data = {"issuer": idp.entity_id, "client_id": CLIENT_ID}
    assert owner.post(f"{PAGE}provider/", data).status_code == 422  # SAML had no secret to keep
    owner.post(f"{PAGE}provider/", {**data, "secret": CLIENT_SECRET})
    row = stored(elm)
    assert (row.protocol, row.sign_in_url, row.certificates) == ("openid", "", "")
    assert not SocialAccount.objects.exists()
    enter(owner, xml=idp.metadata())
    assert (stored(elm).client_id, stored(elm).sealed_secret) == ("", "")


@pytest.mark.parametrize("field", ["protocol", "sign_in_url", "certificates"])
def test_an_owner_turns_on_what_the_page_showed_and_nothing_else(
    saml_sso: SingleSignOn, elm: Organization, owner: Client, field: str
) -> None:
    with organization_scope(elm):
        SingleSignOn.objects.update(is_on=False)
        seen = unescape(SEEN.search(owner.get(PAGE).content.decode())[1])
        SingleSignOn.objects.update(
            **{field: bare(OTHER_KEYS[1]) if field == "certificates" else "openid"}
        )
    owner.post(f"{PAGE}switch/", {"on": "yes", "seen": seen})
    assert "was changed or tested anew meanwhile" in shown_to(owner)
    assert not stored(elm).is_on


def test_where_the_library_does_not_load_the_page_says_so(
    idp: SamlProvider, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saml, "is_offered", lambda: False)
    page = owner.get(f"{PAGE}?protocol=saml").content.decode()
    assert "SAML is not available on this installation" in page
    assert enter(owner, xml=idp.metadata()).status_code == 404


def test_few_read_metadata_at_once(idp: SamlProvider, owner: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr("influence.single_sign_on.bounds.MOST_AT_ONCE", 0)
    answer = enter(owner, url=f"{idp.url}/metadata")
    assert (answer.status_code, answer.context["fault"]) == (503, "busy")


@pytest.mark.parametrize("role", [Role.MANAGER, Role.VIEWER])
def test_who_may_not_manage_the_organization_enters_nothing(
    idp: SamlProvider, member: Members, role: Role
) -> None:
    assert enter(browser(member(role)), xml=idp.metadata()).status_code == 403


def test_the_page_asks_as_much_however_it_is_set(
    elm: Organization, idp: SamlProvider, owner: Client
) -> None:
    enter(owner, xml=idp.metadata())
    owner.get(PAGE)
    assert queries_in(owner, PAGE) <= 8
