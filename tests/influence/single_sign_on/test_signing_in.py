"""Signing in by an organization's provider: who comes in, as whom, and where it leads."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.auth import get_user
from django.test import Client

from influence.single_sign_on import adapter
from tenancy.enums import Role
from tenancy.models import Invitation, Membership, Organization, SingleSignOn, User
from tenancy.scope import organization_scope
from tenancy.services.invitations import write_invitation
from tenancy.services.members import leave, remove_member
from tenancy.services.organizations import add_member
from tests.influence.single_sign_on.conftest import (
    Members,
    change,
    come_back,
    prove,
    said,
    set_out,
    sign_on,
)
from tests.mailing import sent_mail
from tests.openid_provider import OpenIdProvider

pytestmark = pytest.mark.django_db


def refusal(answer: object) -> str:
    return str(answer.context["fault"].value)  # type: ignore[attr-defined]


def test_a_member_comes_in_by_the_provider(
    sso: SingleSignOn, provider: OpenIdProvider, member: Members
) -> None:
    ann, client = member(), Client()
    address = set_out(client, "Ann@ELM.example", next="/o/elm/influencers/")
    query = parse_qs(urlsplit(address).query)
    assert address.startswith(f"{provider.url}/authorize?")
    assert query["redirect_uri"] == ["http://testserver/sso/elm/callback/"]
    assert query["login_hint"] == ["Ann@ELM.example"]
    assert set(query["scope"][0].split()) == {"openid", "email", "profile"}
    assert query["code_challenge_method"] == ["S256"]
    answer = come_back(client, provider, address)
    assert (answer.status_code, answer["Location"]) == (302, "/o/elm/influencers/")
    assert get_user(client) == ann.user
    assert client.get("/o/elm/").status_code == 200
    assert not SocialToken.objects.exists()
    assert SocialAccount.objects.get().extra_data == {}
    assert said(sso.organization)[-1] == "single_sign_on.linked"
    sign_on(provider)
    assert said(sso.organization).count("single_sign_on.linked") == 1


def test_a_page_elsewhere_is_not_gone_on_to(
    sso: SingleSignOn, provider: OpenIdProvider, member: Members
) -> None:
    member()
    client = Client()
    answer = come_back(client, provider, set_out(client, next="https://evil.example/"))
    assert answer["Location"] == "/"


def test_the_page_of_mailed_codes_leads_to_the_provider_of_the_domain(
    sso: SingleSignOn, member: Members, provider: OpenIdProvider
) -> None:
    member()
    for email in ("ann@elm.example", "nobody@elm.example"):
        answer = Client().post("/accounts/login/code/", {"email": email})
        assert answer["Location"].startswith(provider.url)
    assert sent_mail() == []
    Client().post("/accounts/login/code/", {"email": "ann@elm.example", "way": "code"})
    assert len(sent_mail()) == 1


def test_an_address_elsewhere_does_not(sso: SingleSignOn) -> None:
    answer = Client().post("/accounts/login/code/", {"email": "tom@oak.example"})
    assert answer["Location"] == "/accounts/login/code/confirm/"
    answer = Client().post("/sso/", {"email": "tom@oak.example"})
    assert answer.status_code == 422
    assert "No organization signs people of this domain in" in answer.content.decode()


def test_a_provider_that_is_off_or_a_domain_not_proven_signs_nobody_in(
    sso: SingleSignOn, elm: Organization
) -> None:
    elm.sign_on_domains.update(proven_at=None)
    assert Client().post("/sso/", {"email": "ann@elm.example"}).status_code == 422
    elm.sign_on_domains.update(proven_at=sso.tested_at)
    change(elm, is_on=False)
    assert Client().post("/sso/", {"email": "ann@elm.example"}).status_code == 422


def test_one_that_is_turned_off_meanwhile_signs_nobody_in(
    sso: SingleSignOn, provider: OpenIdProvider, member: Members
) -> None:
    member()
    client = Client()
    address = set_out(client)
    change(sso.organization, is_on=False)
    answer = come_back(client, provider, address)
    assert refusal(answer) == "off"
    assert not get_user(client).is_authenticated


def test_who_comes_for_the_first_time_gets_the_role_of_the_rule(
    sso: SingleSignOn, provider: OpenIdProvider
) -> None:
    change(sso.organization, gives_role="manager")
    client = Client()
    assert sign_on(provider, client).status_code == 302
    person = get_user(client)
    assert (person.email, person.name) == ("ann@elm.example", "Ann")
    assert not person.has_usable_password()
    assert Membership.objects.get(user=person).role == Role.MANAGER
    assert said(sso.organization) == ["membership.set", "single_sign_on.linked"]


def test_who_is_not_invited_stays_outside_where_only_the_invited_come_in(
    sso: SingleSignOn, provider: OpenIdProvider
) -> None:
    answer = sign_on(provider)
    assert (answer.status_code, refusal(answer)) == (403, "not_invited")
    assert not User.objects.exists()
    assert not Membership.objects.exists()


def test_who_is_invited_joins_by_the_provider(
    sso: SingleSignOn, provider: OpenIdProvider, member: Members
) -> None:
    owner = member(Role.OWNER, "olga@elm.example")
    with organization_scope(sso.organization):
        write_invitation(
            "ann@elm.example", role=Role.MANAGER, is_limited=False, groups=[], by=owner
        )
    client = Client()
    assert sign_on(provider, client).status_code == 302
    assert Membership.objects.get(user=get_user(client)).role == Role.MANAGER
    with organization_scope(sso.organization):
        assert Invitation.objects.get().accepted_at is not None


def test_an_invitation_of_a_member_who_was_removed_lets_nobody_in(
    sso: SingleSignOn, provider: OpenIdProvider, member: Members
) -> None:
    owner, admin = member(Role.OWNER, "olga@elm.example"), member(Role.ADMIN, "ada@elm.example")
    with organization_scope(sso.organization):
        write_invitation("ann@elm.example", role=Role.VIEWER, is_limited=False, groups=[], by=admin)
        remove_member(admin, by=owner)
    assert refusal(sign_on(provider)) == "not_invited"


@pytest.mark.parametrize("way", ["removed", "left"])
def test_who_was_removed_or_left_comes_back_by_an_invitation_only(
    sso: SingleSignOn, provider: OpenIdProvider, member: Members, way: str
) -> None:
    change(sso.organization, gives_role="viewer")
    owner, client = member(Role.OWNER, "olga@elm.example"), Client()
    sign_on(provider, client)
    ann = Membership.objects.get(user=get_user(client))
    with organization_scope(sso.organization):
        remove_member(ann, by=owner) if way == "removed" else leave(ann)
    assert client.get("/o/elm/").status_code == 404
    assert refusal(sign_on(provider)) == "removed"
    with organization_scope(sso.organization):
        write_invitation("ann@elm.example", role=Role.VIEWER, is_limited=False, groups=[], by=owner)
    assert sign_on(provider).status_code == 302
    with organization_scope(sso.organization):
        remove_member(Membership.objects.get(user=ann.user), by=owner)
    assert refusal(sign_on(provider)) == "removed"
    add_member(sso.organization, ann.user, role=Role.VIEWER, actor=owner.user)
    assert sign_on(provider).status_code == 302


def test_who_was_removed_does_not_come_back_by_changing_their_address_here(
    sso: SingleSignOn, provider: OpenIdProvider, member: Members
) -> None:
    change(sso.organization, gives_role="viewer")
    owner, ann = member(Role.OWNER, "olga@elm.example"), member()
    sign_on(provider)
    with organization_scope(sso.organization):
        remove_member(ann, by=owner)
    User.objects.filter(pk=ann.user_id).update(email="ann@home.example")
    assert refusal(sign_on(provider)) == "removed"
    assert not User.objects.filter(email="ann@elm.example").exists()
    provider.person["sub"] = "another"  # her address was given to somebody new
    assert sign_on(provider).status_code == 302


def test_a_provider_vouches_for_nobody_of_another_organizations_domain(
    sso: SingleSignOn, provider: OpenIdProvider, oak: Organization
) -> None:
    prove(oak, "oak.example")
    tom = User.objects.create_user("tom@oak.example")
    add_member(sso.organization, tom, role=Role.VIEWER, actor=None)
    provider.person["email"] = "tom@oak.example"
    client = Client()
    answer = sign_on(provider, client)
    assert (answer.status_code, refusal(answer)) == (403, "other_domain")
    assert not get_user(client).is_authenticated


@pytest.mark.parametrize("hosted", [None, "", "oak.example", "elm.example.evil.example", 7])
def test_a_private_google_account_at_an_address_of_the_organization_opens_nothing(
    sso: SingleSignOn,
    provider: OpenIdProvider,
    member: Members,
    monkeypatch: pytest.MonkeyPatch,
    hosted: object,
) -> None:
    ann = member()
    sign_on(provider)
    monkeypatch.setattr(adapter, "GOOGLE", provider.url)
    provider.person["hd"] = hosted
    client = Client()
    answer = sign_on(provider, client)
    assert (answer.status_code, refusal(answer)) == (403, "hosted")
    assert not get_user(client).is_authenticated
    provider.person["hd"] = "Elm.example"
    sign_on(provider, client)
    assert get_user(client) == ann.user


def test_an_address_that_the_provider_changed_is_not_followed(
    sso: SingleSignOn, provider: OpenIdProvider, member: Members
) -> None:
    member()
    sign_on(provider)
    change(sso.organization, gives_role="viewer")
    provider.person["email"] = "anna@elm.example"
    assert refusal(sign_on(provider)) == "other_address"
    assert not User.objects.filter(email="anna@elm.example").exists()


def test_an_address_that_was_given_to_somebody_else_opens_nothing(
    sso: SingleSignOn, provider: OpenIdProvider, member: Members
) -> None:
    ann = member()
    sign_on(provider)
    provider.person["sub"] = "another"
    assert refusal(sign_on(provider)) == "other_person"
    owner = member(Role.OWNER, "olga@elm.example")
    with organization_scope(sso.organization):
        remove_member(ann, by=owner)
    assert not SocialAccount.objects.exists()


def test_a_closed_account_stays_closed(
    sso: SingleSignOn, provider: OpenIdProvider, member: Members
) -> None:
    ann = member()
    User.objects.filter(pk=ann.user_id).update(is_active=False)
    assert refusal(sign_on(provider)) == "inactive"


@pytest.mark.parametrize("flag", ["is_staff", "is_superuser"])
def test_an_account_that_may_run_the_installation_is_opened_by_no_provider(
    sso: SingleSignOn, provider: OpenIdProvider, member: Members, flag: str
) -> None:
    ann, client = member(), Client()
    User.objects.filter(pk=ann.user_id).update(**{flag: True})
    answer = sign_on(provider, client)
    assert (answer.status_code, refusal(answer)) == (403, "operations")
    assert not get_user(client).is_authenticated


def test_the_provider_confirms_the_address_and_nobody_else_gets_it(
    sso: SingleSignOn, provider: OpenIdProvider, member: Members
) -> None:
    ann = member()
    sign_on(provider)
    kept = EmailAddress.objects.get()
    assert (kept.user, kept.email, kept.verified, kept.primary) == (
        ann.user, "ann@elm.example", True, True,
    )  # fmt: skip


def test_who_has_a_second_factor_here_is_asked_for_it_as_well(
    sso: SingleSignOn, provider: OpenIdProvider, member: Members
) -> None:
    ann, client = member(), Client()
    Authenticator.objects.create(user=ann.user, type=Authenticator.Type.TOTP, data={})
    answer = sign_on(provider, client)
    assert answer["Location"] == "/accounts/2fa/authenticate/"
    assert not get_user(client).is_authenticated


def test_the_providers_factors_count_where_a_second_one_is_required(
    sso: SingleSignOn, provider: OpenIdProvider, member: Members, oak: Organization
) -> None:
    ann, client = member(), Client()
    add_member(oak, ann.user, role=Role.VIEWER, actor=None)
    Organization.objects.update(requires_second_factor=True)
    sign_on(provider, client)
    assert client.get("/o/elm/").status_code == 200
    assert client.get("/o/oak/").status_code == 403  # Elm's provider says nothing to Oak


def test_somebody_signed_in_as_another_changes_places(
    sso: SingleSignOn, provider: OpenIdProvider, member: Members
) -> None:
    ann, client = member(), Client()
    client.force_login(
        member(Role.OWNER, "olga@elm.example").user,
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    sign_on(provider, client)
    assert get_user(client) == ann.user


def test_the_sign_in_pages_name_the_way(sso: SingleSignOn) -> None:
    page = Client().get("/accounts/login/?next=/o/elm/").content.decode()
    assert "/sso/?next=/o/elm/" in page
    page = Client().get("/sso/?login_hint=ann@elm.example").content.decode()
    assert 'value="ann@elm.example"' in page
