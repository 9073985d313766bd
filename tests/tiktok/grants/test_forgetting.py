"""The data that only an authorization supplied go as a whole, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event as Signal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from campaigns.services.legacy.cutting_over import reverse_cut_over
from tenancy.models import Event, Organization, User
from tenancy.scope import organization_scope
from tests.connecting import an_organization, somebody_waits
from tests.factories.campaigns import a_video
from tests.factories.crm import an_authenticated_account
from tests.factories.legacy import cut_over
from tiktok.enums import ConnectionState, MarketplaceStatus, Source
from tiktok.models import (
    CREATOR_NUMBERS,
    Connection,
    Consent,
    Creator,
    CreatorSnapshot,
    LegacyMigration,
    LegacyProfile,
    Video,
    VideoQuarter,
    bits_of,
)
from tiktok.models import VideoSnapshot as VideoHour
from tiktok.services.connect.disconnect import withdraw_consent
from tiktok.services.facts.snapshots import record_video_snapshots
from tiktok.services.grants import grants

pytestmark = pytest.mark.django_db
MODELS = (Creator, Consent, Connection, CreatorSnapshot, Video, VideoHour, VideoQuarter, Event)


class Stopped(Exception):
    """The machine is gone."""


@pytest.fixture
def creator(oak: Organization) -> Iterator[Creator]:
    """An account outside the marketplace, all of whose data came over its creator's authorization."""
    with organization_scope(oak):
        now, left = timezone.now(), {"marketplace_status": MarketplaceStatus.NOT_IN}
        read = {
            "profile_source": Source.AUTHORIZED,
            "follower_count": 7,
            "insights_fetched_at": now,
        }
        given = {f"creator__{name}": value for name, value in (left | read).items()}
        account = an_authenticated_account(**given)
        video = a_video(account, "1", source=Source.AUTHORIZED, counts_source=Source.AUTHORIZED)
        CreatorSnapshot.objects.create(
            creator_id=account.creator.pk, bucket_at=now, fetched_at=now, source=Source.AUTHORIZED
        )
        record_video_snapshots([video], source=Source.AUTHORIZED)
        day = now - timedelta(days=200)
        VideoQuarter.objects.create(
            video_id=video.pk, begins_on=day.date(), source=Source.AUTHORIZED, fetched_at=[day], video_views=[7]
        )  # fmt: skip
        yield account.creator


def stored() -> dict[str, list[Any]]:
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in MODELS}


def withdraw(creator: Creator, maya: User) -> None:
    withdraw_consent(Consent.objects.get(), actor=maya)


def end(creator: Creator, maya: User) -> None:
    grants.end_grant(Connection.objects.get(), state=ConnectionState.REVOKED, reason="Gone.")


def forget(creator: Creator, maya: User) -> None:
    grants.forget_authorized_data(creator)


@pytest.mark.parametrize("act", [withdraw, end, forget])
@pytest.mark.parametrize("place", ["_forget_facts", "_forget_videos", "back_to_report", "stop"])
def test_where_forgetting_stops_half_way_nothing_is_gone_and_the_next_time_all_is(
    creator: Creator, maya: User, monkeypatch, act: Callable[[Creator, User], None], place: str
) -> None:
    before = stored()
    with monkeypatch.context() as killed, pytest.raises(Stopped):
        killed.setattr(grants, place, lambda *_, **__: (_ for _ in ()).throw(Stopped))
        act(creator, maya)
    assert stored() == before
    act(creator, maya)
    creator.refresh_from_db()
    assert (creator.follower_count, Video.objects.get().video_views) == (None, None)
    for model in (CreatorSnapshot, VideoHour, VideoQuarter):
        assert not model.objects.exists()


# --- between a cut-over and its reversal ---------------------------------------------------------------------------
def bits(*names: str) -> int:
    return bits_of(names, CREATOR_NUMBERS)


@pytest.mark.parametrize("act", [withdraw, end, forget])
def test_a_reversal_brings_nothing_back_that_only_the_authorization_supplied(
    creator: Creator, maya: User, act: Callable[[Creator, User], None]
) -> None:
    LegacyMigration.objects.create()
    Creator.objects.update(display_name="Maya", average_views=5, absurd=bits("follower_count"))
    cut_over()
    act(creator, maya)
    gone = ("display_name", "follower_count", "average_views", "insights_fetched_at")
    kept = LegacyProfile.objects.get().profile
    assert (kept.keys() & set(gone), kept["absurd"]) == (set(), 0)

    reverse_cut_over(actor=None)

    creator.refresh_from_db()
    assert [getattr(creator, name) for name in gone] == ["", None, None, None]
    assert (creator.profile_source, creator.absurd) == ("", 0)


@pytest.mark.parametrize(
    ("with_insights", "views", "flags"),
    [(True, None, bits("follower_count")), (False, 5, bits("follower_count", "average_views"))],
)
def test_a_reversal_brings_back_what_the_old_source_told(
    creator: Creator, maya: User, with_insights: bool, views: int | None, flags: int
) -> None:
    LegacyMigration.objects.create()
    Creator.objects.update(
        display_name="Old Maya", profile_source=Source.LEGACY, average_views=5, absurd=bits("follower_count", "average_views")
    )  # fmt: skip
    if not with_insights:
        Creator.objects.update(insights_fetched_at=None)
    cut_over()
    withdraw(creator, maya)

    reverse_cut_over(actor=None)

    creator.refresh_from_db()
    assert (creator.display_name, creator.profile_source) == ("Old Maya", Source.LEGACY)
    assert (creator.follower_count, creator.average_views, creator.absurd) == (7, views, flags)


@pytest.mark.parametrize("gained", [{"bio": "Told later"}, {"follower_count": 8}])
def test_a_kept_profile_loses_and_never_gains(creator: Creator, gained: dict[str, Any]) -> None:
    LegacyMigration.objects.create()
    cut_over()
    kept = LegacyProfile.objects.get()
    with pytest.raises(IntegrityError, match="it has cut over"), transaction.atomic():
        LegacyProfile.objects.update(profile=kept.profile | gained)
    kept.refresh_from_db()
    assert (kept.profile["bio"], kept.profile["follower_count"]) == ("", 7)


@pytest.mark.django_db(transaction=True)
def test_a_cut_over_keeps_nothing_that_is_being_forgotten() -> None:
    oaks = an_organization("Oaks")
    with organization_scope(oaks):
        LegacyMigration.objects.create()
        read = {
            "marketplace_status": MarketplaceStatus.NOT_IN,
            "profile_source": Source.AUTHORIZED,
            "follower_count": 7,
        }
        given = {f"creator__{name}": value for name, value in read.items()}
        creator = an_authenticated_account(**given).creator
    has_forgotten, may_commit = Signal(), Signal()

    def forget_slowly() -> None:
        with organization_scope(oaks), transaction.atomic():
            grants.forget_authorized_data(creator)
            has_forgotten.set()
            may_commit.wait(20)
        connection.close()

    def cut_over_meanwhile() -> None:
        has_forgotten.wait(20)
        with organization_scope(oaks):
            cut_over()
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(forget_slowly), pool.submit(cut_over_meanwhile)]
        has_forgotten.wait(20)
        while not somebody_waits() and not both[1].done():
            pass
        may_commit.set()
        for each in both:
            each.result()
    with organization_scope(oaks):
        assert LegacyProfile.objects.get().profile["follower_count"] is None
