"""Single sign-on may be required: other ways in are refused to members at the domain; owners keep theirs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import get_user
from django.test import Client

from tenancy.enums import Role
from tenancy.models import Organization, SignOnDomain, SingleSignOn, User
from tenancy.scope import organization_scope
from tenancy.services.organizations import add_member
from tenancy.services.sign_on_domains import remove_domain
from tenancy.services.single_sign_on import set_provider, turn_off, turn_on
from tests.crm.conftest import queries_in
from tests.influence.single_sign_on.conftest import Members, browser, prove, sign_on
from tests.mailing import sent_mail
from tests.openid_provider import OpenIdProvider

pytestmark = pytest.mark.django_db
CODE = re.compile(r"^ {4}([A-Z0-9-]{6,})$", re.MULTILINE)
RESET = re.compile(r"http://testserver(/accounts/password/reset/key/\S+)")


@pytest.fixture(autouse=True)
def _required(sso: SingleSignOn) -> None:
    Organization.objects.filter(slug="elm").update(requires_single_sign_on=True)


def password(email: str) -> tuple[Client, Any]:
    client = Client()
    return client, client.post("/accounts/login/", {"login": email, "password": "correct horse"})


def test_a_password_is_refused_to_a_member_and_leads_to_the_provider(member: Members) -> None:
    member()
    client, answer = password("ann@elm.example")
    assert answer["Location"] == "/sso/?email=ann%40elm.example&next="
    assert not get_user(client).is_authenticated
    assert (
        "asks you to sign in through your organization"
        in client.get(answer["Location"]).content.decode()
    )


def test_an_owner_an_outsider_and_a_guest_sign_in_as_before(
    member: Members, elm: Organization, oak: Organization
) -> None:
    member(Role.OWNER, "olga@elm.example")
    member(Role.ADMIN, "guest@agency.example")
    add_member(
        oak,
        User.objects.create_user("ida@elm.example", "correct horse"),
        role=Role.VIEWER,
        actor=None,
    )
    for email in ("olga@elm.example", "guest@agency.example", "ida@elm.example"):
        client, answer = password(email)
        assert answer["Location"] == "/", email
        assert get_user(client).is_authenticated
        if email != "ida@elm.example":
            assert client.get("/o/elm/").status_code == 200


def test_a_code_is_not_mailed_to_a_member_and_nobody_learns_why(member: Members) -> None:
    member()
    member(Role.OWNER, "olga@elm.example")
    answers = [
        Client().post("/accounts/login/code/", {"email": email, "way": "code"})["Location"]
        for email in ("ann@elm.example", "olga@elm.example", "nobody@elm.example")
    ]
    assert len(set(answers)) == 1
    assert [message.to for message in sent_mail()] == [["olga@elm.example"]]


def test_a_code_of_before_is_refused(member: Members, elm: Organization) -> None:
    member()
    Organization.objects.update(requires_single_sign_on=False)
    client = Client()
    client.post("/accounts/login/code/", {"email": "ann@elm.example", "way": "code"})
    code = CODE.search(sent_mail()[0].body)[1]
    Organization.objects.filter(slug="elm").update(requires_single_sign_on=True)
    answer = client.post("/accounts/login/code/confirm/", {"code": code})
    assert answer["Location"].startswith("/sso/?email=ann%40elm.example")
    assert not get_user(client).is_authenticated


def test_a_link_for_a_new_password_is_not_mailed_to_a_member(member: Members) -> None:
    member()
    member(Role.OWNER, "olga@elm.example")
    for email in ("ann@elm.example", "olga@elm.example"):
        Client().post("/accounts/password/reset/", {"email": email})
    assert [message.to for message in sent_mail()] == [["olga@elm.example"]]


def test_a_link_of_before_signs_nobody_in(member: Members) -> None:
    member()
    Organization.objects.update(requires_single_sign_on=False)
    Client().post("/accounts/password/reset/", {"email": "ann@elm.example"})
    link = RESET.search(sent_mail()[0].body)[1]
    Organization.objects.filter(slug="elm").update(requires_single_sign_on=True)
    client = Client()
    page = client.get(link, follow=True)
    new = {"password1": "a new horse 1", "password2": "a new horse 1"}
    answer = client.post(page.redirect_chain[-1][0], new)
    assert answer["Location"].startswith("/sso/")
    assert not get_user(client).is_authenticated


def test_a_session_of_before_opens_nothing_of_the_organization(
    member: Members, oak: Organization, provider: OpenIdProvider
) -> None:
    ann = member()
    add_member(oak, ann.user, role=Role.VIEWER, actor=None)
    client = browser(ann)
    for answer in (client.get("/o/elm/influencers/?q=x"), client.post("/o/elm/influencers/")):
        assert answer.status_code == 403
    page = client.get("/o/elm/influencers/?q=x").content.decode()
    assert "/sso/?email=ann%40elm.example&amp;next=/o/elm/influencers/%3Fq%3Dx" in page
    assert client.get("/o/oak/").status_code == 200
    sign_on(provider, client)
    assert client.get("/o/elm/").status_code == 200


def test_a_sign_in_at_the_provider_counts_for_twelve_hours(
    member: Members, provider: OpenIdProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    member()
    client = Client()
    sign_on(provider, client)
    begun = client.session["account_authentication_methods"][0]["at"]
    monkeypatch.setattr("tenancy.entry.time", lambda: begun + 12 * 3600 - 1)
    assert client.get("/o/elm/").status_code == 200
    monkeypatch.setattr("tenancy.entry.time", lambda: begun + 12 * 3600 + 1)
    assert client.get("/o/elm/").status_code == 403


def test_a_sign_in_of_before_the_provider_was_changed_or_turned_off_counts_for_nothing(
    member: Members, elm: Organization, provider: OpenIdProvider, sso: SingleSignOn
) -> None:
    owner = member(Role.OWNER, "olga@elm.example")
    member()
    client = Client()
    sign_on(provider, client)
    assert client.get("/o/elm/").status_code == 200
    with organization_scope(elm):
        turn_off(sso, actor=owner.user)
    Organization.objects.update(requires_second_factor=True)
    assert client.get("/o/elm/").status_code == 403  # its factors do not count either
    Organization.objects.update(requires_second_factor=False)
    with organization_scope(elm):
        turn_on(sso, seen=sso.mark, by=owner)
    Organization.objects.update(requires_single_sign_on=True)
    assert client.get("/o/elm/").status_code == 403
    sign_on(provider, client)
    assert client.get("/o/elm/").status_code == 200
    with organization_scope(elm):
        given = {"protocol": "openid", "issuer": "https://b.example", "client_id": "x", "sealed_secret": "x"}  # fmt: skip
        set_provider(sso, given, actor=owner.user)
    elm.refresh_from_db()
    assert elm.single_sign_on_since is None


def test_who_came_from_a_domain_given_up_is_bound_no_longer(
    member: Members, elm: Organization, provider: OpenIdProvider
) -> None:
    ann = member()
    owner = member(Role.OWNER, "olga@elm.example")
    second = prove(elm, "elm.test")
    sign_on(provider)
    with organization_scope(elm):
        remove_domain(second, actor=owner.user)
        assert SocialAccount.objects.filter(user=ann.user).exists()
        prove(elm, "elm.test")
        remove_domain(SignOnDomain.objects.get(domain="elm.example"), actor=owner.user)
    client, answer = password("ann@elm.example")
    assert answer["Location"] == "/"
    assert client.get("/o/elm/").status_code == 200


def test_another_organizations_provider_does_not_count(
    member: Members, elm: Organization, provider: OpenIdProvider
) -> None:
    ann = member()
    client = Client()
    sign_on(provider, client)
    session = client.session
    methods = session["account_authentication_methods"]
    methods[0]["provider"] = "organization-0"
    session["account_authentication_methods"] = methods
    session.save()
    assert get_user(client) == ann.user
    assert client.get("/o/elm/").status_code == 403


def test_who_is_no_owner_any_more_is_asked_from_the_next_click_on(
    member: Members, elm: Organization
) -> None:
    olga = member(Role.OWNER, "olga@elm.example")
    client = browser(olga)
    assert client.get("/o/elm/").status_code == 200
    add_member(elm, olga.user, role=Role.ADMIN, actor=None)
    assert client.get("/o/elm/").status_code == 403


def test_another_address_does_not_set_a_member_free_who_came_by_the_provider(
    member: Members, provider: OpenIdProvider
) -> None:
    ann = member()
    sign_on(provider)
    User.objects.filter(pk=ann.user_id).update(email="ann@home.example")
    client, answer = password("ann@home.example")
    assert answer["Location"] == "/"  # other organizations' pages are hers still
    assert client.get("/o/elm/").status_code == 403


def test_an_earlier_address_at_the_domain_binds_who_never_came_by_the_provider(
    member: Members,
) -> None:
    ann = member()
    EmailAddress.objects.create(user=ann.user, email="ann@elm.example")
    User.objects.filter(pk=ann.user_id).update(email="ann@home.example")
    client, _ = password("ann@home.example")
    assert client.get("/o/elm/").status_code == 403
    EmailAddress.objects.update(email="ann@third.example")
    assert client.get("/o/elm/").status_code == 200


@pytest.mark.parametrize("action", ["action_primary", "action_remove", "action_add", "action_send"])
def test_a_member_changes_no_address_while_the_provider_is_required(
    member: Members, action: str
) -> None:
    ann = member()
    EmailAddress.objects.create(user=ann.user, email="ann@home.example", verified=True)
    client = browser(ann)
    email = "new@home.example" if action == "action_add" else "ann@home.example"
    client.post("/accounts/email/", {action: "", "email": email})
    page = client.get("/accounts/email/").content.decode()
    assert "so your address stays as it is" in page
    ann.user.refresh_from_db()
    assert ann.user.email == "ann@elm.example"
    assert sent_mail() == []
    assert set(EmailAddress.objects.values_list("email", flat=True)) == {
        "ann@elm.example",
        "ann@home.example",
    }
    Organization.objects.update(requires_single_sign_on=False)
    client.post("/accounts/email/", {"action_primary": "", "email": "ann@home.example"})
    ann.user.refresh_from_db()
    assert ann.user.email == "ann@home.example"


def test_a_stranger_learns_nothing_of_the_rule(elm: Organization) -> None:
    client = Client()
    client.force_login(
        User.objects.create_user("x@elm.example"),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    assert client.get("/o/elm/").status_code == 404


def test_the_rule_costs_one_query_and_its_absence_none(
    member: Members, provider: OpenIdProvider
) -> None:
    member()
    client = Client()
    sign_on(provider, client)
    client.get("/o/elm/settings/members/")
    with_rule = queries_in(client, "/o/elm/settings/members/")
    Organization.objects.update(requires_single_sign_on=False)
    without = queries_in(client, "/o/elm/settings/members/")
    assert with_rule == without + 1


def test_a_domain_of_another_organization_is_not_bound(
    member: Members, elm: Organization, oak: Organization
) -> None:
    prove(oak, "oak.example")
    tom = member(Role.VIEWER, "tom@oak.example")
    assert browser(tom).get("/o/elm/").status_code == 200


def test_a_closed_account_is_said_to_be_closed(member: Members) -> None:
    ann = member()
    User.objects.filter(pk=ann.user_id).update(is_active=False)
    client, answer = password("ann@elm.example")
    assert answer["Location"] == "/accounts/inactive/"
    assert not get_user(client).is_authenticated
