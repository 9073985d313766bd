"""Headers of pages that hold personal data."""

from __future__ import annotations

import pytest
from django.test import Client

from tenancy.enums import Role
from tenancy.models import User
from tenancy.services.organizations import add_member


@pytest.mark.django_db
def test_pages_about_people_are_kept_by_nobody(oak) -> None:
    person = User.objects.create_user("ann@example.com", is_staff=True, is_superuser=True)
    add_member(oak, person, role=Role.OWNER, actor=None)
    client = Client()
    client.force_login(person)
    for path in ("/o/oak/", "/o/oak/influencers/", "/o/oak/campaigns/", "/o/elm/", "/me/", "/admin/", "/accounts/email/"):  # fmt: skip
        assert "no-store" in client.get(path).headers["Cache-Control"], path
    assert "no-store" in Client().get("/o/oak/influencers/").headers["Cache-Control"]
    assert "Cache-Control" not in Client().get("/healthz").headers


@pytest.mark.django_db
def test_pictures_come_from_our_own_and_tiktok_s_hosts_only() -> None:
    [pictures] = [
        directive.split()[1:]
        for directive in Client().get("/accounts/login/").headers["Content-Security-Policy"].split("; ")
        if directive.startswith("img-src")
    ]  # fmt: skip
    assert [host for host in pictures if host not in {"'self'", "data:"}] == [
        "https://*.tiktokcdn.com",
        "https://*.tiktokcdn-us.com",
        "https://*.tiktokcdn-eu.com",
        "http://127.0.0.1:*",
        "http://localhost:*",
    ]
