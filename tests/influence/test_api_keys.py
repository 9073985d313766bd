"""API keys: made by owners and admins, shown once, expiring, revoked; their last use is known to a minute."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tenancy.enums import Role
from tenancy.models import ApiKey, Event, Organization, User
from tenancy.scope import organization_scope
from tenancy.services.organizations import add_member, create_api_key
from tests.crm.conftest import queries_in
from tests.submitting import fresh

pytestmark = pytest.mark.django_db
PAGE, API = "/o/elm/settings/api-keys/", "/api/v1/influencers/"


def signed_in(elm: Organization, role: Role) -> Client:
    person = User.objects.create_user(f"{role}@elm.example", name=role.label)
    add_member(elm, person, role=role, actor=None)
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def admin(elm: Organization) -> Client:
    return signed_in(elm, Role.ADMIN)


def make(client: Client, *scopes: str, days: int = 30) -> str:
    """Make a key on the page, and return its text."""
    answer = client.post(
        f"{PAGE}add/", {**fresh(), "name": "Shop", "scopes": scopes or "read", "days": days}
    )
    return re.search(r'<code id="new-key">(\S+)</code>', answer.content.decode())[1]


def ask(text: str, method: str = "get") -> int:
    return getattr(Client(), method)(API, headers={"Authorization": f"Bearer {text}"}).status_code


def test_a_key_is_shown_once_and_works_within_its_scopes(admin: Client, elm: Organization) -> None:
    text = make(admin)
    key = ApiKey.objects.get()
    assert text.startswith(f"{key.prefix}.")
    assert (ask(text), ask(text, "post")) == (200, 403)
    page = admin.get(PAGE).content.decode()
    assert key.prefix in page
    assert text.partition(".")[2] not in page
    assert timedelta(days=29) < key.expires_at - timezone.now() <= timedelta(days=30)
    with organization_scope(elm):
        assert Event.objects.latest("pk").verb == "api_key.created"


def test_a_key_may_have_no_end_and_several_scopes(admin: Client) -> None:
    make(admin, "read", "write", days=0)
    key = ApiKey.objects.get()
    assert (key.scopes, key.expires_at, key.is_expired) == (["read", "write"], None, False)
    assert "No end" in admin.get(PAGE).content.decode()


def test_a_key_needs_name_and_scope(admin: Client) -> None:
    answer = admin.post(f"{PAGE}add/", {**fresh(), "days": 30})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"name", "scopes"}
    assert admin.get(f"{PAGE}add/").status_code == 200
    assert not ApiKey.objects.exists()


def test_a_revoked_key_is_refused_at_once(admin: Client, elm: Organization) -> None:
    text = make(admin)
    url = f"{PAGE}{ApiKey.objects.get().pk}/revoke/"
    assert "It cannot be undone" in admin.get(url).content.decode()
    assert ask(text) == 200
    assert admin.post(url).status_code == admin.post(url).status_code == 302
    assert ask(text) == 401
    assert "Revoked" in admin.get(PAGE).content.decode()
    with organization_scope(elm):
        assert Event.objects.filter(verb="api_key.revoked").count() == 1


def test_an_expired_key_is_refused_and_says_so(admin: Client) -> None:
    text = make(admin)
    ApiKey.objects.update(expires_at=timezone.now())
    assert ask(text) == 401
    assert "Expired" in admin.get(PAGE).content.decode()


def test_the_last_use_is_written_once_a_minute(admin: Client) -> None:
    text = make(admin)
    assert ApiKey.objects.get().last_used_at is None
    ask(text)
    first = ApiKey.objects.get().last_used_at
    assert first is not None
    with CaptureQueriesContext(connection) as captured:
        ask(text)
    assert ApiKey.objects.get().last_used_at == first
    assert not [query for query in captured if query["sql"].startswith("UPDATE")]
    ApiKey.objects.update(last_used_at=first - timedelta(minutes=2))
    ask(text)
    assert ApiKey.objects.get().last_used_at > first - timedelta(minutes=1)


def test_keys_of_another_organization_are_absent(admin: Client, oak: Organization) -> None:
    key, _ = create_api_key(oak, "theirs", scopes=["read"], actor=None)
    assert "theirs" not in admin.get(PAGE).content.decode()
    assert admin.post(f"{PAGE}{key.pk}/revoke/").status_code == 404
    key.refresh_from_db()
    assert key.revoked_at is None


@pytest.mark.parametrize("role", [Role.MANAGER, Role.VIEWER])
def test_who_may_not_manage_keys_sees_none(elm: Organization, role: Role) -> None:
    client = signed_in(elm, role)
    assert client.get(PAGE).status_code == client.post(f"{PAGE}add/").status_code == 403
    assert "API keys" not in client.get("/o/elm/settings/members/").content.decode()


def test_the_list_of_keys_has_a_budget_of_queries(admin: Client, elm: Organization) -> None:
    for number in range(20):
        create_api_key(elm, f"key {number}", scopes=["read"], actor=None)
    assert queries_in(admin, PAGE) <= 8
