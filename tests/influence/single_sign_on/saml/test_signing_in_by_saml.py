"""Signing in by an organization's provider of SAML: who comes in, and as whom."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import get_user
from django.test import Client
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Names

from tenancy.enums import Role
from tenancy.models import Membership, Organization, SingleSignOn
from tenancy.scope import organization_scope
from tenancy.services.members import leave
from tests.influence.single_sign_on.conftest import Members, browser, change, prove, said, set_out
from tests.influence.single_sign_on.saml.conftest import answer_to, come_by_saml
from tests.saml_provider import EMAIL, HERE, OUR_NAME, SamlProvider

pytestmark = pytest.mark.django_db


def test_a_member_comes_in_by_the_provider(
    saml_sso: SingleSignOn, idp: SamlProvider, member: Members
) -> None:
    ann, client = member(), Client()
    address = set_out(client, next="/o/elm/influencers/")
    query = parse_qs(urlsplit(address).query)
    assert address.startswith(f"{idp.url}/sign-in?tenant=elm&way=web&SAMLRequest=")
    assert set(query) == {"tenant", "way", "SAMLRequest", "RelayState"}
    asked = idp.request(address)
    assert asked.get("Destination") == idp.sign_in_url
    assert asked.get("AssertionConsumerServiceURL") == HERE
    assert asked.findtext("{*}Issuer") == OUR_NAME
    answer = answer_to(idp, client, idp.agree(address))
    assert (answer.status_code, answer["Location"]) == (302, "/o/elm/influencers/")
    assert get_user(client) == ann.user
    assert client.get("/o/elm/").status_code == 200
    account = SocialAccount.objects.get()
    assert (account.uid, account.extra_data) == ("a1-persistent", {})
    assert said(saml_sso.organization)[-1] == "single_sign_on.linked"


@pytest.mark.parametrize("signs", [("Assertion",), ("Assertion", "Response")])
@pytest.mark.parametrize("size", ["256", "384", "512"])
def test_the_signatures_of_today_are_taken(
    saml_sso: SingleSignOn, idp: SamlProvider, member: Members, signs: tuple[str, ...], size: str
) -> None:
    member()
    idp.signs = signs
    idp.algorithms = {
        "sign_algorithm": getattr(Names, f"RSA_SHA{size}"),
        "digest_algorithm": getattr(Names, f"SHA{size}"),
    }
    assert come_by_saml(idp)["Location"] == "/"


def test_who_comes_for_the_first_time_gets_the_role_of_the_rule(
    saml_sso: SingleSignOn, idp: SamlProvider
) -> None:
    change(saml_sso.organization, gives_role="manager")
    client = Client()
    assert come_by_saml(idp, client).status_code == 302
    person = get_user(client)
    assert (person.email, person.name) == ("ann@elm.example", "Ann")
    assert Membership.objects.get(user=person).role == Role.MANAGER
    assert said(saml_sso.organization) == ["membership.set", "single_sign_on.linked"]


@pytest.mark.parametrize(
    ("attributes", "name"),
    [
        ({"email": "Ann@ELM.example", "givenName": "Ann", "sn": "Lee"}, "Ann Lee"),
        ({"mail": "ann@elm.example", "firstName": "Ann"}, "Ann"),
        ({"urn:oid:0.9.2342.19200300.100.1.3": "ann@elm.example"}, ""),
    ],
)
def test_providers_name_their_attributes_as_they_like(
    saml_sso: SingleSignOn, idp: SamlProvider, attributes: dict[str, str], name: str
) -> None:
    change(saml_sso.organization, gives_role="viewer")
    idp.attributes = attributes
    client = Client()
    assert come_by_saml(idp, client).status_code == 302
    assert (get_user(client).email, get_user(client).name) == ("ann@elm.example", name)


def test_the_name_id_may_be_the_address_and_all_there_is(
    saml_sso: SingleSignOn, idp: SamlProvider, member: Members
) -> None:
    member()
    idp.attributes = {}
    idp.said = {"subject": "ann@elm.example", "format": Names.NAMEID_EMAIL_ADDRESS}
    assert come_by_saml(idp)["Location"] == "/"


def test_a_lasting_id_counts_more_than_a_name_id(
    saml_sso: SingleSignOn, idp: SamlProvider, member: Members
) -> None:
    member()
    idp.attributes["urn:oasis:names:tc:SAML:attribute:subject-id"] = "ann-42@elm.example"
    idp.said = {"format": Names.NAMEID_TRANSIENT, "subject": "_today"}
    assert come_by_saml(idp)["Location"] == "/"
    assert SocialAccount.objects.get().uid == "ann-42@elm.example"


def test_addresses_count_as_verified_by_the_rule_or_the_providers_word(
    saml_sso: SingleSignOn, idp: SamlProvider, member: Members
) -> None:
    member()
    idp.attributes["email_verified"] = "false"
    assert come_by_saml(idp).context["fault"] == "unverified"
    change(saml_sso.organization, trusts_addresses=False)
    del idp.attributes["email_verified"]
    assert come_by_saml(idp).context["fault"] == "unverified"
    idp.attributes["email_verified"] = "true"
    assert come_by_saml(idp)["Location"] == "/"


def test_an_address_outside_the_proven_domains_is_refused_and_so_is_who_was_removed(
    saml_sso: SingleSignOn, idp: SamlProvider, member: Members, oak: Organization
) -> None:
    change(saml_sso.organization, gives_role="viewer")
    prove(oak, "oak.example")
    idp.attributes[EMAIL] = "tom@oak.example"
    assert come_by_saml(idp).context["fault"] == "other_domain"
    ann = member()
    idp.attributes[EMAIL] = "ann@elm.example"
    come_by_saml(idp)
    with organization_scope(saml_sso.organization):
        leave(ann)
    answer = come_by_saml(idp)
    assert (answer.status_code, answer.context["fault"]) == (403, "removed")


def test_where_it_is_required_a_session_by_saml_opens_the_organization_and_a_code_does_not(
    saml_sso: SingleSignOn, idp: SamlProvider, member: Members
) -> None:
    ann = member()
    Organization.objects.update(requires_single_sign_on=True)
    assert "Sign in through your organization" in browser(ann).get("/o/elm/").content.decode()
    client = Client()
    come_by_saml(idp, client)
    assert client.get("/o/elm/").status_code == 200
