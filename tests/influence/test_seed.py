"""The invented world of `make run`, made by a start that is stopped anywhere and tried again."""

from __future__ import annotations

from typing import NoReturn

import pytest
from django.core.management import call_command

from campaigns.models import Campaign, Post
from crm.models import Influencer, SocialAccount
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tiktok.models import Connection, CreatorSnapshot

pytestmark = pytest.mark.django_db
STEPS = ("_leave_from_before", "_connect", "_run_campaign", "_invent_a_past", "_draft_campaign")


def stop() -> NoReturn:
    raise KeyboardInterrupt


@pytest.mark.parametrize("step", STEPS)
def test_a_start_that_was_stopped_is_completed_by_the_next(
    step, tiktok, monkeypatch, capsys
) -> None:
    monkeypatch.setattr("influence.demo.seed.PAST_DAYS", 3)
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(f"influence.demo.seed.{step}", lambda *given: stop())
        call_command("seed_demo")
    call_command("seed_demo")
    call_command("seed_demo")

    assert Connection.objects.count() == 1
    with organization_scope(Organization.objects.get(slug="northlight")):
        assert (Influencer.objects.count(), SocialAccount.objects.count()) == (10, 9)
        names = Campaign.objects.order_by("name").values_list("name", flat=True)
        assert list(names) == ["Spring loaf", "Winter swim"]
        assert Post.objects.count() == 4
        assert CreatorSnapshot.objects.values("bucket_at").distinct().count() == 3
    with organization_scope(Organization.objects.get(slug="harbour")):
        assert (Influencer.objects.count(), Campaign.objects.count()) == (3, 1)
        assert Post.objects.count() == 1  # the others come with TikTok's events
