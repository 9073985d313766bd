"""Errands of an influencer's page end in words, even when its account is deleted meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from crm.models import Influencer
from crm.services.errands import (
    start_adding,
    start_inviting,
    start_inviting_handle,
    start_refreshing,
)
from jobs.enums import JobState
from jobs.models import Job
from jobs.services.jobs import begin_at_once
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tests.factories.crm import TikTokAccountFactory
from tests.sandbox_process import Sandbox
from tiktok.enums import MarketplaceStatus
from tiktok.models import Creator

pytestmark = pytest.mark.django_db


def end(client: Client, job: Job) -> tuple[str, list[str]]:
    """The page that a job of Oak leads to, and what is said there."""
    page = client.get(f"/o/oak/activity/{job.pk}/", follow=True)
    said = [str(message) for message in page.context["messages"]]
    return page.redirect_chain[-1][0], said


@pytest.mark.parametrize("start", [start_refreshing, start_inviting])
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_account_that_is_deleted_meanwhile_is_said_to_be_gone(
    oak: Organization, manager: Client, tiktok: Sandbox, start: Any, when: str
) -> None:
    with organization_scope(oak):
        account = TikTokAccountFactory.create(
            creator__handle="tom_trails", creator__marketplace_status=MarketplaceStatus.NOT_IN
        )
        job = start(account, actor=User.objects.get(email="manager@oak.example"))
        if when == "after":
            assert begin_at_once(job).state == JobState.DONE
        account.influencer.delete()
        if when == "before":
            tiktok.control("stats")
            assert begin_at_once(job).problem == "The account is no longer here."
            assert tiktok.read("stats")["total"] == 0
    assert end(manager, job) == ("/o/oak/influencers/", ["The account is no longer here."])


def test_the_activity_names_the_handle_that_was_asked_about(
    oak: Organization, manager: Client, tiktok: Sandbox
) -> None:
    with organization_scope(oak):
        person = User.objects.get(email="manager@oak.example")
        begin_at_once(start_adding("nosuch", actor=person, influencer=None))
    activity = " ".join(manager.get("/o/oak/activity/").content.decode().split())
    assert "Add a TikTok account <div> @nosuch </div>" in activity


def test_an_invitation_that_fails_while_its_page_follows_leads_to_the_other_ways(
    oak: Organization, manager: Client, settings: Any
) -> None:
    settings.TIKTOK_BASE_URL = "http://127.0.0.1:9"
    with organization_scope(oak):
        person = User.objects.get(email="manager@oak.example")
        job = begin_at_once(start_inviting_handle("tom_trails", actor=person))
    page = manager.get(f"/o/oak/activity/{job.pk}/", follow=True)
    text = " ".join(page.content.decode().split())
    assert "@tom_trails cannot be added yet" in text
    assert "TikTok could not be reached" in text
    with organization_scope(oak):
        assert not Influencer.objects.exists()
        assert not Creator.objects.exists()
