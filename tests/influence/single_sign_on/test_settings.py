"""Setting single sign-on up: entered, proven, tested, turned on; and what each step says in the audit log."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.conf import settings as site
from django.core import serializers
from django.test import Client
from django.utils import timezone

from influence.single_sign_on.secrets import open_secret
from mail.models import Message
from tenancy.enums import Role
from tenancy.errors import DomainTaken
from tenancy.models import Event, EventText, Organization, SignOnDomain, SingleSignOn
from tenancy.public_mail import is_public_mail
from tenancy.scope import organization_scope
from tenancy.services.sign_on_domains import prove_domain
from tests.crm.conftest import queries_in
from tests.influence.single_sign_on.conftest import (
    Members,
    browser,
    change,
    come_back,
    prove,
    said,
    sign_on,
)
from tests.mailing import sent_mail
from tests.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdProvider
from tests.submitting import submit, version

pytestmark = pytest.mark.django_db
PAGE = "/o/elm/settings/sign-in/single-sign-on/"
SEEN = re.compile(r'name="seen" value="([^"]+)"')
CODE = re.compile(r"^ {4}([A-Z0-9]{10})$", re.MULTILINE)


@pytest.fixture
def owner(member: Members) -> Client:
    return browser(member(Role.OWNER, "olga@elm.example"))


def stored(organization: Organization) -> SingleSignOn:
    with organization_scope(organization):
        return SingleSignOn.objects.get()


def shown_to(client: Client) -> str:
    return " ".join(str(message) for message in client.get(PAGE).context["messages"])


def enter(client: Client, provider: OpenIdProvider, **other: str) -> Any:
    data = {"issuer": provider.url, "client_id": CLIENT_ID, "secret": CLIENT_SECRET, **other}
    return client.post(f"{PAGE}provider/", data)


def save_rules(client: Client, **rules: str) -> Any:
    return submit(client, PAGE, rules, to=f"{PAGE}rules/")


def turn_on(client: Client) -> None:
    """Click on the button that the page shows."""
    seen = SEEN.search(client.get(PAGE).content.decode())
    assert seen
    client.post(f"{PAGE}switch/", {"on": "yes", "seen": unescape(seen[1])})


def test_from_nothing_to_required(
    elm: Organization, provider: OpenIdProvider, owner: Client
) -> None:
    assert "Off" in owner.get(PAGE).content.decode()
    assert "http://testserver/sso/elm/callback/" in owner.get(PAGE).content.decode()
    enter(owner, provider, issuer=f"{provider.url}/.well-known/openid-configuration")
    assert stored(elm).issuer == provider.url
    owner.post(f"{PAGE}domains/", {"domain": "@Elm.Example", "mailbox": "admin"})
    (message,) = sent_mail()
    assert message.to == ["admin@elm.example"]
    domain = SignOnDomain.objects.get()
    code = CODE.search(message.body)[1]
    owner.post(f"{PAGE}domains/{domain.pk}/", {"code": f" {code.lower()} "})
    assert "elm.example is proven" in shown_to(owner)
    owner.post(f"{PAGE}switch/", {"on": "yes"})
    assert "Test the sign-in first" in shown_to(owner)

    provider.person |= {"sub": "o1", "email": "olga@elm.example"}
    answer = owner.post(f"{PAGE}test/")
    back = come_back(owner, provider, answer["Location"])
    assert back["Location"] == PAGE
    assert "the provider knows you as olga@elm.example" in shown_to(owner)
    assert not SocialAccount.objects.exists()

    turn_on(owner)
    owner.post(f"{PAGE}switch/", {"on": "yes"})
    save_rules(owner, gives_role="viewer")
    save_rules(owner, gives_role="viewer")
    assert sign_on(provider).status_code == 302
    owner.post(f"{PAGE}require/", {"require": "yes"})
    owner.post(f"{PAGE}require/", {"require": "yes"})
    assert "Required" in owner.get(PAGE).content.decode()
    elm.refresh_from_db()
    assert elm.requires_single_sign_on
    assert said(elm) == [
        "membership.set",
        "single_sign_on.set",
        "sign_on_domain.added",
        "sign_on_domain.proven",
        "single_sign_on.tested",
        "single_sign_on.turned_on",
        "single_sign_on.rules_set",
        "single_sign_on.linked",
        "single_sign_on.required",
    ]


def test_the_secret_is_sealed_and_shown_nowhere(
    elm: Organization, provider: OpenIdProvider, owner: Client
) -> None:
    enter(owner, provider)
    row = stored(elm)
    assert open_secret(row) == CLIENT_SECRET
    page = owner.get(PAGE).content.decode()
    with organization_scope(elm):
        events = serializers.serialize("json", [*Event.objects.all(), *EventText.objects.all()])
    for text in (
        page,
        events,
        repr(row),
        str(row),
        owner.get("/o/elm/settings/audit/").content.decode(),
    ):
        assert CLIENT_SECRET not in text
        assert row.sealed_secret not in text


def test_a_correction_is_tested_anew_and_keeps_the_secret_that_is_not_entered(
    elm: Organization, sso: SingleSignOn, provider: OpenIdProvider, owner: Client, member: Members
) -> None:
    member()
    sign_on(provider)
    Organization.objects.update(requires_single_sign_on=True)
    enter(owner, provider, secret="")
    assert stored(elm).is_on  # nothing was changed
    enter(owner, provider, client_id="another", secret="")
    row = stored(elm)
    assert (row.is_on, row.tested_at, row.client_id) == (False, None, "another")
    assert open_secret(row) == CLIENT_SECRET
    elm.refresh_from_db()
    assert not elm.requires_single_sign_on
    assert SocialAccount.objects.count() == 1
    enter(owner, provider, issuer="https://login.elm.example")
    assert not SocialAccount.objects.exists()
    with organization_scope(elm):
        fields = [
            each.text.detail["fields"]
            for each in Event.objects.filter(verb="single_sign_on.set").order_by("pk")
        ]
    assert fields == [["client_id"], ["client_id", "issuer", "secret"]]


@pytest.mark.parametrize("secret", ["", "  "])
def test_another_issuer_does_not_get_the_earlier_ones_secret(
    sso: SingleSignOn, elm: Organization, provider: OpenIdProvider, owner: Client, secret: str
) -> None:
    answer = enter(owner, provider, issuer="https://login.evil.example", secret=secret)
    assert answer.status_code == 422
    assert answer.context["provider_form"].errors["secret"] == [
        "Enter the client secret of this issuer. The earlier one is for the earlier issuer alone."
    ]
    assert (stored(elm).issuer, stored(elm).is_on) == (provider.url, True)
    answer = enter(owner, provider, issuer="nonsense", secret=secret)
    assert list(answer.context["provider_form"].errors) == ["issuer"]


@pytest.mark.parametrize(
    "issuer",
    ["", "login.elm.example", "ftp://elm.example", "https://", "https://a@elm.example", "https://elm.example?x=1",
     "https://elm.example#x", "https://elm.example:99999", "https://[elm"],
)  # fmt: skip
def test_what_is_no_issuer_is_refused(owner: Client, provider: OpenIdProvider, issuer: str) -> None:
    answer = enter(owner, provider, issuer=issuer)
    assert answer.status_code == 422
    assert answer.context["provider_form"].errors["issuer"]


def test_elsewhere_than_on_ones_own_machine_the_issuer_speaks_tls(
    owner: Client, provider: OpenIdProvider, settings: Any
) -> None:
    settings.LOCAL = False
    assert "https://" in enter(owner, provider).context["provider_form"].errors["issuer"][0]


def test_a_first_provider_needs_its_secret(owner: Client, provider: OpenIdProvider) -> None:
    assert "Enter the client secret." in enter(owner, provider, secret="").content.decode()


def test_an_admin_sets_up_and_an_owner_turns_on(
    sso: SingleSignOn, elm: Organization, member: Members
) -> None:
    change(elm, is_on=False)
    admin = browser(member(Role.ADMIN, "ada@elm.example"))
    assert "An owner turns it on" in admin.get(PAGE).content.decode()
    admin.post(f"{PAGE}switch/", {"on": "yes"})
    assert "Only an owner can turn single sign-on on" in shown_to(admin)
    assert not stored(elm).is_on


@pytest.mark.parametrize("field", ["issuer", "client_id", "tested_at", "trusts_addresses"])
def test_an_owner_turns_on_what_the_page_showed_and_nothing_else(
    sso: SingleSignOn, elm: Organization, owner: Client, field: str
) -> None:
    change(elm, is_on=False)
    seen = unescape(SEEN.search(owner.get(PAGE).content.decode())[1])
    new: dict[str, Any] = {
        "issuer": "https://evil.example",
        "client_id": "another",
        "tested_at": timezone.now(),
        "trusts_addresses": True,
    }
    change(elm, **{field: new[field]})
    owner.post(f"{PAGE}switch/", {"on": "yes", "seen": seen})
    assert "was changed or tested anew meanwhile" in shown_to(owner)
    assert not stored(elm).is_on
    turn_on(owner)
    assert stored(elm).is_on


def test_an_admin_has_addresses_trusted_while_it_is_off_only(
    sso: SingleSignOn, elm: Organization, owner: Client, member: Members
) -> None:
    admin = browser(member(Role.ADMIN, "ada@elm.example"))
    save_rules(admin, gives_role="viewer", trusts_addresses="on")
    assert "Only an owner can have addresses taken as verified" in shown_to(admin)
    assert (stored(elm).gives_role, stored(elm).trusts_addresses) == ("", False)
    save_rules(owner, trusts_addresses="on")
    assert stored(elm).trusts_addresses
    save_rules(admin, gives_role="viewer", trusts_addresses="on")
    save_rules(admin)
    assert (stored(elm).gives_role, stored(elm).trusts_addresses) == ("", False)
    change(elm, is_on=False)
    save_rules(admin, trusts_addresses="on")
    assert stored(elm).trusts_addresses


def test_rules_that_somebody_else_has_changed_meanwhile_are_asked_about(
    sso: SingleSignOn, elm: Organization, owner: Client, member: Members
) -> None:
    seen = version(owner.get(PAGE))
    save_rules(browser(member(Role.OWNER, "otto@elm.example")), gives_role="manager")
    given = {"version": seen, "gives_role": "viewer"}
    asked = owner.post(f"{PAGE}rules/", given)
    assert asked.status_code == 422
    assert "Somebody else has changed this meanwhile" in asked.content.decode()
    assert stored(elm).gives_role == "manager"
    owner.post(f"{PAGE}rules/", {**given, "version": version(asked), "keep_gives_role": "yours"})
    assert stored(elm).gives_role == "viewer"


def test_what_is_off_cannot_be_required_and_turning_off_ends_the_requirement(
    sso: SingleSignOn, elm: Organization, owner: Client
) -> None:
    owner.post(f"{PAGE}require/", {"require": "yes"})
    owner.post(f"{PAGE}switch/", {"on": "no"})
    owner.post(f"{PAGE}switch/", {"on": "no"})
    elm.refresh_from_db()
    assert (elm.requires_single_sign_on, stored(elm).is_on) == (False, False)
    owner.post(f"{PAGE}require/", {"require": "yes"})
    assert "Turn single sign-on on before you require it" in shown_to(owner)
    assert said(elm)[-3:] == [
        "single_sign_on.required",
        "single_sign_on.required",
        "single_sign_on.turned_off",
    ]


def test_without_a_provider_there_is_nothing_to_switch_or_test(
    owner: Client, elm: Organization
) -> None:
    for path in ("switch/", "test/", "rules/"):
        assert owner.post(f"{PAGE}{path}").status_code == 404
    assert owner.post(f"{PAGE}provider/remove/")["Location"] == PAGE
    owner.post(f"{PAGE}require/", {"require": "yes"})
    assert "Turn single sign-on on" in shown_to(owner)


def test_a_provider_is_removed_with_who_is_who_there(
    sso: SingleSignOn, elm: Organization, provider: OpenIdProvider, owner: Client, member: Members
) -> None:
    member()
    sign_on(provider)
    assert "Remove the provider?" in owner.get(f"{PAGE}provider/remove/").content.decode()
    owner.post(f"{PAGE}provider/remove/")
    with organization_scope(elm):
        assert not SingleSignOn.objects.exists()
    assert not SocialAccount.objects.exists()
    assert said(elm)[-2:] == ["single_sign_on.turned_off", "single_sign_on.removed"]


def test_a_test_proves_the_way_of_whoever_manages_and_nobody_elses(
    sso: SingleSignOn, elm: Organization, provider: OpenIdProvider, member: Members
) -> None:
    ada = member(Role.ADMIN, "ada@elm.example")
    admin = browser(ada)
    address = admin.post(f"{PAGE}test/")["Location"]
    ada.role = Role.VIEWER
    ada.save()
    assert come_back(admin, provider, address).context["fault"] == "state"
    ada.role = Role.ADMIN
    ada.save()
    address = admin.post(f"{PAGE}test/")["Location"]
    provider.secret = "another"
    failed = come_back(admin, provider, address)
    assert failed.context["fault"] == "client"
    assert PAGE in failed.content.decode()  # the way back


def test_a_test_whose_sign_in_has_ended_is_none(
    sso: SingleSignOn, provider: OpenIdProvider, owner: Client
) -> None:
    address = owner.post(f"{PAGE}test/")["Location"]
    session = owner.session
    for name in ("_auth_user_id", "_auth_user_hash", "_auth_user_backend"):
        del session[name]
    session.save()
    assert come_back(owner, provider, address).context["fault"] == "state"


def test_a_rule_that_is_none_is_refused_and_another_is_said(
    owner: Client, sso: SingleSignOn
) -> None:
    assert save_rules(owner, gives_role="owner").status_code == 422
    assert save_rules(owner, gives_role="", trusts_addresses="on").status_code == 302
    with organization_scope(sso.organization):
        detail = Event.objects.get(verb="single_sign_on.rules_set").detail
    assert detail == {"trusts_addresses": True, "invited_only": True}


def add(client: Client, domain: str = "elm.example", mailbox: str = "postmaster") -> Any:
    return client.post(f"{PAGE}domains/", {"domain": domain, "mailbox": mailbox})


@pytest.mark.parametrize("domain", ["", "elm", "elm example", "a@b@c", "x" * 254, "-.example"])
def test_what_is_no_domain_gets_no_mail(owner: Client, domain: str) -> None:
    assert add(owner, domain).status_code == 422
    assert sent_mail() == []


def test_only_a_mailbox_of_the_list_gets_a_code(owner: Client) -> None:
    assert add(owner, mailbox="ann").status_code == 422
    assert sent_mail() == []


def test_a_code_is_kept_nowhere_in_the_clear(owner: Client, elm: Organization) -> None:
    add(owner)
    (message,) = sent_mail()
    code = CODE.search(message.body)[1]
    assert code not in message.subject
    assert code not in SignOnDomain.objects.get().digest
    with organization_scope(elm):
        kept = Message.objects.get()
    assert (kept.text, kept.html, kept.is_secret) == ("", "", True)


def test_a_wrong_an_old_and_an_outworn_code_prove_nothing(owner: Client, elm: Organization) -> None:
    add(owner)
    domain = SignOnDomain.objects.get()
    code = CODE.search(sent_mail()[0].body)[1]
    prove_it = f"{PAGE}domains/{domain.pk}/"
    owner.post(prove_it, {"code": "BCDFGHJKLM"})
    assert "This is not the code" in shown_to(owner)
    SignOnDomain.objects.update(sent_at=timezone.now() - timedelta(days=1, seconds=1))
    owner.post(prove_it, {"code": code})
    assert "older than a day" in shown_to(owner)
    SignOnDomain.objects.update(sent_at=timezone.now(), wrong_codes=4)
    owner.post(prove_it)
    owner.post(prove_it, {"code": code})
    domain.refresh_from_db()
    assert (domain.proven_at, domain.wrong_codes) == (None, 5)
    assert add(owner).status_code == 422
    assert "less than a minute ago" in add(owner).content.decode()
    SignOnDomain.objects.update(sent_at=timezone.now() - timedelta(minutes=2))
    assert add(owner, mailbox="hostmaster").status_code == 302
    newer = CODE.search(sent_mail()[-1].body)[1]
    owner.post(prove_it, {"code": code})
    owner.post(prove_it, {"code": newer})
    owner.post(prove_it, {"code": "anything, it is proven"})
    domain.refresh_from_db()
    assert domain.proven_at
    assert said(elm).count("sign_on_domain.proven") == 1


def test_the_code_goes_out_in_our_own_name_and_answers_do_not_reach_the_organization(
    owner: Client, elm: Organization
) -> None:
    Organization.objects.update(mail_sender_name="IT desk", mail_reply_to="olga@elsewhere.example")
    add(owner)
    (message,) = sent_mail()
    assert (message.reply_to, message.from_email) == ([], site.DEFAULT_FROM_EMAIL)


@pytest.mark.parametrize(
    "domain",
    ["gmail.com", "Outlook.com", "gmx.de", "yahoo.co.uk", "icloud.com", "web.de", "live.nl"],
)
def test_a_domain_at_which_anybody_can_have_an_address_is_nobodys(
    owner: Client, domain: str
) -> None:
    answer = add(owner, domain)
    assert answer.status_code == 422
    assert "so it is nobody&#x27;s own" in answer.content.decode()
    assert sent_mail() == []


def test_a_company_named_like_one_is_not_meant() -> None:
    for domain in ("gmx.example", "live.example.com", "outlook.elm.example", "mygmail.com"):
        assert not is_public_mail(domain)


def test_ten_domains_wait_for_their_code_and_no_more(
    owner: Client, elm: Organization, oak: Organization
) -> None:
    prove(elm, "proven.example")
    for number in range(10):
        assert add(owner, f"elm{number}.example").status_code == 302
    assert "10 domains wait for their code" in add(owner).content.decode()
    SignOnDomain.objects.update(sent_at=timezone.now() - timedelta(minutes=2))
    assert add(owner, "elm3.example").status_code == 302
    owner.post(f"{PAGE}domains/{SignOnDomain.objects.get(domain='elm3.example').pk}/remove/")
    assert add(owner).status_code == 302


@pytest.mark.parametrize(("limit", "second"), [("domain_code_by", "b"), ("domain_code_to", "a")])
def test_removing_a_domain_and_naming_it_again_sends_no_more_codes(
    owner: Client, settings: Any, limit: str, second: str
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {limit: "1/d/key"}
    add(owner, "a.example")
    owner.post(f"{PAGE}domains/{SignOnDomain.objects.get().pk}/remove/")
    assert "Too many codes were sent today" in add(owner, f"{second}.example").content.decode()
    assert len(sent_mail()) == 1


def test_a_domain_belongs_to_whom_proved_it_first(
    owner: Client, elm: Organization, oak: Organization
) -> None:
    prove(oak, "oak.example")
    answer = add(owner, "oak.example")
    assert answer.status_code == 422
    assert "Another organization has proven" in answer.content.decode()
    assert sent_mail() == []
    add(owner)
    code = CODE.search(sent_mail()[0].body)[1]
    mine = SignOnDomain.objects.get(organization=elm)
    prove(oak, "elm.example")  # quicker
    with organization_scope(elm), pytest.raises(DomainTaken):
        prove_domain(mine, code, actor=mine.organization.memberships.get().user)


def test_another_organizations_domain_is_out_of_reach(owner: Client, oak: Organization) -> None:
    foreign = prove(oak, "oak.example")
    assert owner.post(f"{PAGE}domains/{foreign.pk}/", {"code": "x"}).status_code == 404
    assert owner.post(f"{PAGE}domains/{foreign.pk}/remove/").status_code == 404


def test_the_last_domain_takes_single_sign_on_with_it(
    sso: SingleSignOn, elm: Organization, owner: Client
) -> None:
    second = prove(elm, "elm.test")
    owner.post(f"{PAGE}domains/{second.pk}/remove/")
    assert stored(elm).is_on
    owner.post(f"{PAGE}domains/{SignOnDomain.objects.get().pk}/remove/")
    assert not stored(elm).is_on
    assert said(elm)[-3:] == [
        "sign_on_domain.removed",
        "sign_on_domain.removed",
        "single_sign_on.turned_off",
    ]


def test_a_domain_goes_without_a_provider_too(elm: Organization, owner: Client) -> None:
    domain = prove(elm, "elm.example")
    owner.post(f"{PAGE}domains/{domain.pk}/remove/")
    assert not SignOnDomain.objects.exists()


def test_operations_free_a_domain(
    sso: SingleSignOn, elm: Organization, django_user_model: Any
) -> None:
    ops = Client()
    ops.force_login(django_user_model.objects.create_superuser("ops@influence.example"))
    domain = SignOnDomain.objects.get()
    ops.post(f"/admin/tenancy/signondomain/{domain.pk}/delete/", {"post": "yes"})
    assert not stored(elm).is_on
    again = prove(elm, "elm.example")
    ops.post(
        "/admin/tenancy/signondomain/",
        {"action": "delete_selected", "_selected_action": again.pk, "post": "yes"},
    )
    assert not SignOnDomain.objects.exists()
    assert said(elm).count("sign_on_domain.removed") == 2


@pytest.mark.parametrize("role", [Role.MANAGER, Role.VIEWER])
def test_who_may_not_manage_the_organization_sees_and_changes_nothing(
    sso: SingleSignOn, member: Members, role: Role
) -> None:
    client = browser(member(role))
    assert client.get(PAGE).status_code == 403
    for path in (
        "provider/",
        "test/",
        "switch/",
        "require/",
        "rules/",
        "domains/",
        "provider/remove/",
    ):
        assert client.post(f"{PAGE}{path}").status_code == 403


def test_the_page_asks_as_much_however_many_domains(
    sso: SingleSignOn, elm: Organization, owner: Client
) -> None:
    owner.get(PAGE)
    asked = [queries_in(owner, PAGE)]
    for number in range(20):
        prove(elm, f"elm{number}.example")
    asked.append(queries_in(owner, PAGE))
    assert asked[0] == asked[1] <= 8
