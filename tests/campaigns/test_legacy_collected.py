"""TikTok's own data, collected beside the old source: nowhere before the cut-over, everywhere from its first day after it."""

from __future__ import annotations

import html
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.test import Client

from campaigns.models import Campaign
from campaigns.services.legacy.cutting_over import reverse_cut_over
from crm.models import SocialAccount
from influence.demo import collected
from influence.demo.collected import collect_since_2024
from tenancy.enums import Role
from tenancy.scope import organization_scope
from tenancy.services.organizations import create_api_key
from tests.campaigns.conftest import signed_in
from tests.factories.legacy import bring_in, cut_over
from tiktok.enums import Source
from tiktok.models import Creator, CreatorSnapshot, Video
from tiktok.services.creators.membership import refresh_membership
from tiktok.services.creators.profiles import refresh_profile

pytestmark = pytest.mark.django_db

EXPORT = """handle,display name,followers,video_id,caption,collected_at,views
maya.bakes,Old Maya,1234567,7499446218112634119,Old caption,2025-05-02,10K
tom_trails,Old Only,900,7499446218112634121,Old too,2025-05-02,5
"""


@pytest.fixture(autouse=True)
def _collected(oak, tiktok, tmp_path, monkeypatch) -> Iterator[None]:
    """Maya Bakes of the old source, with TikTok's own data since January 2024 beside it; and one whom TikTok does not know."""
    monkeypatch.setattr(collected, "VIDEO_DAYS", 2)
    with organization_scope(oak):
        bring_in(tmp_path, EXPORT, campaign_name="Past")
        refresh_membership(Creator.objects.all())
        collect_since_2024()
        yield


def maya() -> Creator:
    return Creator.objects.get(handle="maya.bakes")


def own_facts():
    facts = CreatorSnapshot.objects.filter(creator_id=maya().pk).exclude(source=Source.LEGACY)
    return facts.order_by("bucket_at")


@pytest.fixture
def shown(oak):
    """The pages, lists, exports and answers of the API that tell of Maya Bakes, as one text."""
    client = signed_in(oak, Role.OWNER)
    key = create_api_key(oak, "ci", scopes=["read"], actor=None)[1]
    headers = {"Authorization": f"Bearer {key}"}
    account, campaign = SocialAccount.objects.get(handle="maya.bakes"), Campaign.objects.get()

    def read() -> str:
        pages = [
            f"influencers/{account.influencer_id}/",
            "influencers/",
            f"campaigns/{campaign.pk}/posts/all/",
        ]
        answers = [client.get(f"/o/oak/{page}") for page in pages]
        answers += [client.post(f"/o/oak/campaigns/{campaign.pk}/posts/all/export/")]
        answers += [
            Client().get(f"/api/v1/{path}", headers=headers)
            for path in (f"social-accounts/{account.pk}/", f"social-accounts/{account.pk}/metrics/history/")
        ]  # fmt: skip
        assert [answer.status_code for answer in answers] == [200] * len(answers)
        return html.unescape("".join(answer.getvalue().decode() for answer in answers))

    return read


def test_it_is_kept_from_the_first_day_on_in_the_partitions_of_its_months(oak) -> None:
    days = [day for (day,) in own_facts().values_list("bucket_at")]
    assert days[0] == datetime(2024, 1, 1, tzinfo=UTC)
    assert len(days) == (days[-1] - days[0]).days + 1
    assert maya().follower_count == 1_234_567
    assert Video.objects.filter(creator=maya(), source=Source.PUBLIC).count() > 10


def test_before_the_cut_over_nothing_of_it_is_seen(oak, shown) -> None:
    text = shown()
    assert "Old caption" in text
    assert '"follower_count":1234567' in text.replace(" ", "")
    assert "ttcm_public" not in text
    for caption in Video.objects.filter(source=Source.PUBLIC).values_list("caption", flat=True):
        assert caption not in text


def test_after_it_everything_is_from_its_first_day_and_nothing_of_the_old_source(
    oak, shown
) -> None:
    latest = own_facts().last()
    cut_over()
    creator, text = maya(), shown()
    assert (creator.follower_count, creator.profile_source) == (
        latest.follower_count,
        "ttcm_public",
    )
    assert (creator.display_name, creator.profile_image, creator.engagement_rate) == ("", "", None)
    assert '"bucket_at":"2024-01-01T00:00:00Z"' in text.replace(" ", "")
    newest = Video.objects.filter(source=Source.PUBLIC).latest("published_at")
    assert newest.caption in text
    for old in ("Old caption", "Old Maya", "1234567", "1,234,567"):
        assert old not in text
    other = Creator.objects.get(handle="tom_trails")
    assert (other.follower_count, other.display_name, other.profile_source) == (None, "", "")


def test_a_sync_before_the_cut_over_is_a_fact_and_one_after_it_is_on_show(oak) -> None:
    refresh_profile(maya())
    assert (maya().display_name, maya().follower_count) == ("Old Maya", 1_234_567)
    assert maya().tiktok_creator_id != ""
    cut_over()
    refresh_profile(maya())
    assert (maya().display_name, maya().profile_source) == ("Maya Bakes", "ttcm_public")


def test_a_reversal_puts_every_profile_back_as_it_was(oak) -> None:
    before = list(Creator.objects.order_by("pk").values())
    cut_over()
    assert list(Creator.objects.order_by("pk").values()) != before
    reverse_cut_over(actor=None)
    assert list(Creator.objects.order_by("pk").values()) == before


def test_what_tiktok_has_told_later_than_any_fact_stays(oak) -> None:
    Creator.objects.create(handle="zoe.zen", follower_count=7, profile_source="ttcm_public", profile_fetched_at="2026-11-01T00:00Z")  # fmt: skip
    cut_over()
    zoe = Creator.objects.get(handle="zoe.zen")
    assert (zoe.follower_count, zoe.profile_source) == (7, "ttcm_public")
