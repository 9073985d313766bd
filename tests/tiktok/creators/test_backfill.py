"""TikTok's own data beside the old source's: begun for every account that may be read, read back to January 2024, once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from crm.services.accounts import AddOutcome, add_tiktok_account
from tenancy.scope import organization_scope
from tests.connecting import a_person, connect
from tests.factories.creators import track_creator
from tests.factories.crm import an_authenticated_account
from tests.working import all_polls, pump
from tiktok.enums import MarketplaceStatus, PollKind
from tiktok.models import Creator, LegacyMigration, Video, VideoSnapshot
from tiktok.services.creators import backfill
from tiktok.services.creators.anonymous import anonymous_handle, make_anonymous_creator
from tiktok.services.creators.backfill import begin_to_collect, read_past_videos
from tiktok.services.creators.invitations import invite_creators
from tiktok.services.creators.membership import refresh_membership
from tiktok.services.legacy.rows import open_legacy

pytestmark = pytest.mark.django_db


def at_tiktok(tiktok, handle: str, since: datetime | None = None) -> set[str]:
    """TikTok's ids of the videos that the account has published, since then."""
    videos, now = tiktok.read("videos", handle=handle)["videos"], timezone.now().timestamp()
    begin = since.timestamp() if since else 0
    return {v["video_id"] for v in videos if begin <= v["created_at"] <= now}


def kept() -> set[str]:
    return set(Video.objects.values_list("tiktok_video_id", flat=True))


def read_all(creator: Creator) -> int:
    """How many turns it takes until all is read."""
    turns = 1
    while not read_past_videos(Creator.objects.get(pk=creator.pk)):
        turns += 1
    return turns


def test_all_videos_are_read_in_turns_with_their_numbers_of_today(oak, tiktok, monkeypatch) -> None:
    monkeypatch.setattr(backfill, "PAGES", 2)
    with organization_scope(oak):
        creator = track_creator("maya.bakes", MarketplaceStatus.IN)
        published = at_tiktok(tiktok, "maya.bakes")
        assert read_all(creator) == -(-len(published) // 20) > 1
        assert kept() == published
        assert VideoSnapshot.objects.count() == len(published)
        creator.refresh_from_db()
        assert creator.past_cursor == 0


def test_what_is_older_than_the_first_day_is_not_read(oak, tiktok, monkeypatch) -> None:
    since = timezone.now() - timedelta(days=100)
    monkeypatch.setattr(backfill, "FIRST_DAY", since)
    with organization_scope(oak):
        creator = track_creator("maya.bakes", MarketplaceStatus.IN)
        read_all(creator)
        assert kept() == at_tiktok(tiktok, "maya.bakes", since)
        assert 0 < len(kept()) < len(at_tiktok(tiktok, "maya.bakes"))


def test_it_goes_on_behind_the_last_page_that_was_kept(oak, tiktok, monkeypatch) -> None:
    monkeypatch.setattr(backfill, "PAGES", 1)
    pages = []

    def killed(*args, **options):
        pages.append(options["cursor"])
        if len(pages) == 3:
            raise KeyboardInterrupt
        return video_page(*args, **options)

    video_page = backfill.video_page
    monkeypatch.setattr(backfill, "video_page", killed)
    with organization_scope(oak):
        creator = track_creator("maya.bakes", MarketplaceStatus.IN)
        with pytest.raises(KeyboardInterrupt):
            read_all(creator)
        read_all(creator)
        assert pages[2] == pages[3]
        assert kept() == at_tiktok(tiktok, "maya.bakes")


def test_nobody_is_read_about_whom_tiktok_may_not_be_asked(oak, tiktok) -> None:
    with organization_scope(oak):
        creator = track_creator("tom_trails", MarketplaceStatus.NOT_IN)
        assert read_past_videos(creator) is True
        assert kept() == set()


def test_a_permission_that_ended_meanwhile_ends_it(oak, tiktok, monkeypatch) -> None:
    monkeypatch.setattr(backfill, "keep_page", lambda *_: False)
    with organization_scope(oak):
        creator = track_creator("maya.bakes", MarketplaceStatus.IN)
        assert read_past_videos(creator) is True
        assert kept() == set()


@pytest.mark.parametrize("is_migrating", [True, False])
def test_an_account_that_the_marketplace_has_is_collected_before_the_cut_over(
    oak, tiktok, is_migrating
) -> None:
    with organization_scope(oak):
        if is_migrating:
            LegacyMigration.objects.create()
        creators = [
            Creator.objects.create(handle=handle) for handle in ("maya.bakes", "tom_trails")
        ]
        refresh_membership(creators)
        begun = all_polls().filter(organization=oak).values_list("kind", "subject_id")
        kinds = ("profile", "videos", "backfill") if is_migrating else ()
        assert set(begun.exclude(kind="marketplace")) == {(kind, creators[0].pk) for kind in kinds}

        refresh_membership(creators)
        assert begun.exclude(kind="marketplace").count() == len(kinds)


def begun() -> dict[str, set[str]]:
    """The work of the back-fill that is planned, by handle."""
    handles, found = dict(Creator.objects.values_list("pk", "handle")), dict[str, set[str]]()
    kinds = [PollKind.PROFILE, PollKind.VIDEOS, PollKind.BACKFILL]
    for kind, pk in all_polls().filter(kind__in=kinds).values_list("kind", "subject_id"):
        found.setdefault(handles[pk], set()).add(kind)
    return found


ALL = {PollKind.PROFILE, PollKind.VIDEOS, PollKind.BACKFILL}


def test_the_first_import_begins_it_for_whoever_may_be_read_already_and_a_further_one_does_not(
    oak, tiktok
) -> None:
    with organization_scope(oak):
        Creator.objects.create(handle="maya.bakes", marketplace_status=MarketplaceStatus.IN)
        Creator.objects.create(handle="tom_trails", marketplace_status=MarketplaceStatus.NOT_IN)
        make_anonymous_creator(anonymous_handle())
        authenticated = an_authenticated_account(
            creator__marketplace_status=MarketplaceStatus.NOT_IN
        )
        open_legacy()
        assert begun() == {"maya.bakes": ALL, authenticated.handle: ALL}

        all_polls().delete()
        open_legacy()
        assert begun() == {}


@pytest.mark.parametrize("is_migrating", [True, False])
def test_it_is_begun_for_an_account_that_staff_add(oak, tiktok, is_migrating) -> None:
    with organization_scope(oak):
        if is_migrating:
            open_legacy()
        assert add_tiktok_account("maya.bakes", actor=None).outcome == AddOutcome.ADDED
        assert (PollKind.BACKFILL in begun()["maya.bakes"]) is is_migrating


@pytest.mark.parametrize("is_migrating", [True, False])
@pytest.mark.parametrize("handle", ["maya.bakes", "tom_trails"])
def test_it_is_begun_for_an_account_that_connects_in_the_marketplace_or_not(
    oak, tiktok, handle, is_migrating
) -> None:
    if is_migrating:
        with organization_scope(oak):
            open_legacy()
    connect(tiktok, a_person("somebody@example.com", oak), oak, handle)
    with organization_scope(oak):
        assert begun() == {handle: ALL if is_migrating else ALL - {PollKind.BACKFILL}}


@pytest.mark.parametrize("is_migrating", [True, False])
def test_it_is_begun_for_whoever_is_found_in_the_marketplace_by_an_invitation(
    oak, tiktok, is_migrating
) -> None:
    with organization_scope(oak):
        if is_migrating:
            open_legacy()
        creators = [
            Creator.objects.create(handle=handle) for handle in ("maya.bakes", "tom_trails")
        ]
        result = invite_creators(creators, actor=None)
        assert (result.in_marketplace, result.invited) == (["maya.bakes"], ["tom_trails"])
        assert begun() == {"maya.bakes": ALL if is_migrating else {PollKind.PROFILE}}


def test_it_is_begun_for_whoever_joins_after_an_invitation(oak, tiktok) -> None:
    with organization_scope(oak):
        open_legacy()
        creator = Creator.objects.create(handle="tom_trails")
        invite_creators([creator], actor=None)
        assert begun() == {}
        tiktok.control("creator", handle="tom_trails", membership="IN")
        refresh_membership([Creator.objects.get()])
        assert begun() == {"tom_trails": ALL}

        all_polls().delete()
        refresh_membership([Creator.objects.get()])
        assert begun() == {}


def test_the_queue_reads_on_until_all_is_read_and_then_forgets_it(oak, tiktok) -> None:
    with organization_scope(oak):
        creator = Creator.objects.create(handle="maya.bakes", marketplace_status="in")
        begin_to_collect([creator.pk])
        waiting = all_polls().filter(kind=PollKind.BACKFILL)
        for _ in range(20):
            if not waiting.exists():
                break
            pump()
        assert not waiting.exists()
        assert kept() == at_tiktok(tiktok, "maya.bakes")
        assert all_polls().filter(kind__in=[PollKind.PROFILE, PollKind.VIDEOS]).count() == 2
