"""Forms that make something: eight posts at the same moment make it once, and a form without its token makes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from crm.models import (
    Contract,
    CustomField,
    Influencer,
    MailTemplate,
    Note,
    Segment,
    Task,
)
from tenancy.enums import Role
from tenancy.models import ApiKey, Group, Organization, User
from tenancy.scope import organization_scope
from tenancy.services.organizations import add_member
from tests.clicking import at_the_same_time
from tests.submitting import token
from ui.submitting import MADE_BEFORE, MAY_BE_DOUBLED

pytestmark = pytest.mark.django_db(transaction=True)
OAK = "/o/oak"
POSTS = 8


@pytest.fixture
def admin() -> Iterator[Client]:
    oak = Organization.objects.create(name="Oak", slug="oak")
    person = User.objects.create_user("ann@oak.example")
    add_member(oak, person, role=Role.ADMIN, actor=None)
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    with organization_scope(oak):
        yield client


FORMS: dict[str, tuple[str, dict[str, Any], Any]] = {
    "creator": (f"{OAK}/influencers/new/", {"name": "Maya"}, Influencer),
    "task": (f"{OAK}/influencers/{{}}/tasks/", {"title": "Call"}, Task),
    "note": (f"{OAK}/influencers/{{}}/notes/", {"text": "Hello"}, Note),
    "segment": (f"{OAK}/influencers/segments/add/", {"name": "Germany"}, Segment),
    "contract": (
        f"{OAK}/influencers/{{}}/contracts/",
        {"title": "Deal", "text": "We agree."},
        Contract,
    ),
    "field": (f"{OAK}/settings/fields/add/", {"name": "Diet", "kind": "text"}, CustomField),
    "mail template": (
        f"{OAK}/settings/mail-templates/add/",
        {"name": "Offer", "subject": "Hello", "body": "Hello"},
        MailTemplate,
    ),
    "group": (f"{OAK}/settings/groups/add/", {"name": "Food", "key": "food"}, Group),
    "key": (
        f"{OAK}/settings/api-keys/add/",
        {"name": "Shop", "scopes": "read", "days": 30},
        ApiKey,
    ),
}


def form_of(name: str) -> tuple[str, dict[str, Any], Any, int]:
    path, fields, model = FORMS[name]
    if "{}" in path:
        path = path.format(Influencer.objects.create(name="Tom").pk)
    return path, fields, model, model.objects.count()


@pytest.mark.parametrize("name", FORMS)
def test_eight_posts_of_one_form_make_one(name: str, admin: Client) -> None:
    path, fields, model, before = form_of(name)
    data = {**fields, "token": token(admin.get(path))}

    def post() -> int:
        browser = Client()
        browser.cookies = admin.cookies
        return browser.post(path, data).status_code

    answers = at_the_same_time([post] * POSTS)
    assert set(answers) <= {200, 302}
    assert model.objects.count() == before + 1


@pytest.mark.parametrize("name", FORMS)
def test_a_form_without_its_token_makes_nothing_and_says_so(name: str, admin: Client) -> None:
    path, fields, model, before = form_of(name)
    answer = admin.post(path, fields)
    assert answer.status_code == 422
    assert MAY_BE_DOUBLED in answer.content.decode()
    assert model.objects.count() == before
    assert admin.post(path, {**fields, "token": token(answer)}).status_code in {200, 302}
    assert model.objects.count() == before + 1


def test_a_key_that_was_made_before_is_named_but_not_shown(admin: Client) -> None:
    path, fields, _, _ = form_of("key")
    data = {**fields, "token": token(admin.get(path))}
    assert 'id="new-key"' in admin.post(path, data).content.decode()
    page = admin.post(path, data, follow=True).content.decode()
    assert MADE_BEFORE in page
    assert "was in that answer alone" in page
    assert 'id="new-key"' not in page
