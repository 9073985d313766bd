"""A permission that ended at TikTok ends the same way here, whoever says so first: Login Kit, the daily check, or a dead token."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from django.urls import reverse

from tenancy.models import Event, Organization, User
from tenancy.scope import organization_scope
from tests.connecting import connect
from tests.portal.test_dashboard import signed_in, text
from tests.sandbox_process import Sandbox
from tests.signed import post_notice, removed
from tests.working import check_due_grants, grant_checks, pump_delivery
from tiktok.errors import ConnectionEnded
from tiktok.models import Connection, Consent, Creator
from tiktok.services.gateway import creator_oauth
from tiktok.services.grants.grants import check_soon
from tiktok.services.grants.tokens import call_as_creator

pytestmark = pytest.mark.django_db


def _login_kit(grant: Connection) -> None:
    post_notice(removed(grant.open_id, at=time.time() + 90))
    assert pump_delivery()


def _daily_check(grant: Connection) -> None:
    check_soon(grant)
    assert check_due_grants() == 1


def _dead_token(grant: Connection) -> None:
    with suppress(ConnectionEnded):
        call_as_creator(grant, lambda token: creator_oauth().token_info(token))


WAYS = [_login_kit, _daily_check, _dead_token]


@pytest.mark.parametrize("hears_by", WAYS)
def test_every_way_ends_in_the_same_states(
    tiktok: Sandbox, oak: Organization, maya: User, hears_by: Callable[[Connection], None]
) -> None:
    grant = connect(tiktok, maya, oak, "maya.bakes")
    tiktok.control("revoke", handle="maya.bakes")

    hears_by(grant)

    grant.refresh_from_db()
    assert (grant.state, grant.sealed_access_token, grant.sealed_refresh_token) == ("revoked", "", "")  # fmt: skip
    assert not grant_checks().exists()
    with organization_scope(oak):
        creator = Creator.objects.get()
        assert (creator.audience_countries, creator.follower_count) == (None, 184_220)
        assert Consent.objects.get().withdrawn_at is None  # it revives by connecting again
        event = Event.objects.latest("pk")
        assert (event.verb, event.actor) == ("connection.revoked", None)
    home = text(signed_in(maya).get(reverse("portal:home")))
    assert "Reconnect @maya.bakes" in home
    assert "The permission has ended" in home


@pytest.mark.parametrize("hears_by", WAYS)
def test_no_way_ends_what_the_creator_has_connected_again(
    tiktok: Sandbox, oak: Organization, maya: User, hears_by: Callable[[Connection], None]
) -> None:
    connect(tiktok, maya, oak, "maya.bakes")
    tiktok.control("revoke", handle="maya.bakes")
    again = connect(tiktok, maya, oak, "maya.bakes")
    if hears_by is _login_kit:  # told late, of the time before
        post_notice(removed(again.open_id, at=again.connected_at.timestamp() - 5))
        assert pump_delivery()
        assert check_due_grants() == 1
    else:
        hears_by(again)
    again.refresh_from_db()
    assert again.is_live
    with organization_scope(oak):
        assert Creator.objects.get().audience_countries
    assert "Reconnect" not in text(signed_in(maya).get(reverse("portal:home")))
