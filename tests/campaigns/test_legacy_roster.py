"""The roster around the cut-over: its columns, orders, filters and exports are made of one source at a time."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.models import MigrationPlan
from campaigns.services.legacy.cutting_over import reverse_cut_over
from crm.models import Influencer
from crm.queries.exports import Wish
from crm.services.accounts import AddOutcome, add_tiktok_account
from crm.services.exports.runs import export_file, start_export
from jobs.enums import Lane
from jobs.models import Work
from tenancy.enums import Role, Verb
from tenancy.models import EventText, Membership
from tenancy.scope import organization_scope
from tenancy.services.events import record
from tests.campaigns.conftest import signed_in
from tests.factories.creators import track_creator
from tests.factories.legacy import bring_in, cut_over
from tests.working import pump
from tiktok.enums import MarketplaceStatus, PollKind, Source
from tiktok.models import Creator, LegacyMigration, Video
from tiktok.policies import made_at
from tiktok.services.creators.profiles import refresh_profile
from tiktok.services.creators.videos import refresh_videos
from tiktok.services.facts.snapshots import record_creator_snapshots
from tiktok.services.legacy.keeping import AccountReading
from tiktok.services.legacy.purging import run_purge, start_purge
from tiktok.services.legacy.rows import open_legacy

pytestmark = pytest.mark.django_db

OF_MAYA, OF_TOM = "7499446218112634119", "7509446218112634121"
EXPORT = f"""handle,followers,video_id,caption,collected_at,views
maya.bakes,1234567,{OF_MAYA},Old caption,2025-05-02,10K
tom_trails,900,{OF_TOM},Old too,2025-05-30,5
"""
LATELY, POPULAR, ENGAGING, GROWING = "posted:-90d..", "views:1..", "engagement:0..", "growth:-99.."
FILTERS = (LATELY, POPULAR, ENGAGING, GROWING)


@dataclass
class Roster:
    """Each handle's last post as exports and the list name it, the handles in an order, and those behind each filter."""

    last_posts: dict[str, str]
    newest_first: list[str]
    found: dict[str, list[str]]
    page: str


@pytest.fixture
def owner(oak, tiktok) -> Client:
    return signed_in(oak, Role.OWNER)


@pytest.fixture(autouse=True)
def _scope(oak) -> Iterator[None]:
    with organization_scope(oak):
        yield


def collect_of_maya() -> Creator:
    """TikTok's own data: the profile with a reading of a month before, and the latest videos."""
    creator = track_creator("maya.bakes", MarketplaceStatus.IN)
    refresh_profile(creator)
    then = timezone.now() - timedelta(days=30, minutes=1)
    record_creator_snapshots(
        [AccountReading(creator.pk, creator.pk, Source.PUBLIC, then, 9, 9, 9, None, None, None)],
        is_shown=False,
    )
    refresh_videos(creator)
    return creator


def roster(client: Client) -> Roster:
    def exported(**asked: str) -> list[dict[str, str]]:
        answer = client.post("/o/oak/influencers/export/", asked)
        assert answer.status_code == 200
        return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))

    def handles(**asked: str) -> list[str]:
        return [row["TikTok handle"] for row in exported(**asked)]

    return Roster(
        {row["TikTok handle"]: row["Last post"] for row in exported()},
        handles(sort="-posted"),
        {each: handles(f=each) for each in FILTERS},
        client.get("/o/oak/influencers/").content.decode(),
    )


def numbers(handle: str) -> tuple[datetime | None, float | None, float | None, float | None]:
    of_handle = Influencer.objects.filter(accounts__handle=handle)
    return of_handle.values_list(
        "last_post_at", "average_views", "engagement_rate", "follower_growth"
    ).get()


def test_it_is_made_of_the_old_source_then_of_tiktoks_own_and_of_the_old_again_when_reversed(
    owner, tmp_path
) -> None:
    bring_in(tmp_path, EXPORT, campaign_name="Past")
    collect_of_maya()
    maya, tom = numbers("maya.bakes"), numbers("tom_trails")
    assert (maya, tom) == (
        (made_at(OF_MAYA), None, None, None),
        (made_at(OF_TOM), None, None, None),
    )
    before = roster(owner)
    assert before.newest_first == ["tom_trails", "maya.bakes"]
    assert before.found == {key: [] for key in FILTERS}
    for handle, video_id in (("maya.bakes", OF_MAYA), ("tom_trails", OF_TOM)):
        assert before.last_posts[handle].startswith(f"{made_at(video_id):%Y-%m-%d}")

    cut_over()
    creator = Creator.objects.get(handle="maya.bakes")
    newest = Video.objects.filter(source=Source.PUBLIC).latest("published_at")
    *own, growth = numbers("maya.bakes")
    assert own == [
        newest.published_at,
        creator.calculated_average_views,
        creator.calculated_engagement_rate,
    ]
    assert None not in own
    assert growth == (creator.follower_count - 9) / 9
    assert numbers("tom_trails") == (None, None, None, None)
    after = roster(owner)
    assert after.newest_first == ["maya.bakes", "tom_trails"]
    assert after.found == {key: ["maya.bakes"] for key in FILTERS}
    assert after.last_posts["tom_trails"] == ""
    assert after.last_posts["maya.bakes"].startswith(f"{newest.published_at:%Y-%m-%d}")
    assert f"{made_at(OF_TOM):%-d %b %Y}" in before.page
    assert f"{made_at(OF_TOM):%-d %b %Y}" not in after.page

    reverse_cut_over(actor=None)
    assert (numbers("maya.bakes"), numbers("tom_trails")) == (maya, tom)
    again = roster(owner)
    assert (again.last_posts, again.newest_first, again.found) == (
        before.last_posts,
        before.newest_first,
        before.found,
    )


def test_an_export_from_before_the_cut_over_is_read_no_more_after_it(owner, tmp_path) -> None:
    bring_in(tmp_path, EXPORT, campaign_name="Past")
    reader = Membership.objects.get()
    job = start_export(Wish(is_whole=True), total=1, actor=reader.user, sees_money=True)
    while export_file(job.pk, reader) is None:
        assert pump(Lane.BULK)
    page = f"/o/oak/influencers/exports/{job.pk}/"
    assert b"1234567" in b"".join(owner.get(page).streaming_content)

    cut_over()
    assert owner.get(page).status_code == 404
    reverse_cut_over(actor=None)
    assert owner.get(page).status_code == 200


def test_a_purge_changes_nothing_of_it(owner, tmp_path) -> None:
    bring_in(tmp_path, EXPORT, campaign_name="Past")
    collect_of_maya()
    cut_over()
    maya = numbers("maya.bakes")
    run_purge(start_purge(actor=None))
    assert (numbers("maya.bakes"), numbers("tom_trails")) == (maya, (None, None, None, None))


def test_the_first_import_takes_tiktoks_own_from_accounts_that_are_here_already(owner) -> None:
    assert add_tiktok_account("maya.bakes", actor=None).outcome == AddOutcome.ADDED
    collect_of_maya()
    Creator.objects.update(average_views=7)
    own = numbers("maya.bakes")
    assert own[:2] == (Video.objects.latest("published_at").published_at, 7)
    assert None not in own

    open_legacy()
    assert numbers("maya.bakes") == (None, None, None, None)
    LegacyMigration.objects.update(cut_over_at=timezone.now())
    assert numbers("maya.bakes") == own


def test_names_that_earlier_imports_took_from_the_old_source_go_with_the_purge(tmp_path) -> None:
    rows = (f"{handle},{handle} of old,2025-05-02,9\n" for handle in ("ann", "ida", "kim", "zoe"))
    bring_in(tmp_path, "handle,nickname,collected_at,followers\n" + "".join(rows))
    for handle in ("ann", "ida", "zoe"):  # as imports did once
        Influencer.objects.filter(name=handle).update(name=f"{handle} of old")
    for handle, field in (("ida", "e-mail"), ("zoe", "name")):
        edited = Influencer.objects.get(name=f"{handle} of old")
        record(Verb.INFLUENCER_EDITED, edited, actor=None, texts={"fields": [field]})

    assert cut_over() == 0
    plan = MigrationPlan.objects.get()
    assert [line["rows"] for line in plan.lines if line["name"] == "names"] == [2]
    receipt = run_purge(start_purge(actor=None))

    assert set(Influencer.objects.values_list("name", flat=True)) == {
        "ann",
        "ida",
        "kim",
        "zoe of old",
    }
    (line,) = (line for line in receipt.lines if line["name"] == "names")
    assert (line["rows"], line["gone"], receipt.rescan["names"]) == (2, 2, 0)


def test_such_names_go_from_the_audit_log_unless_somebody_had_given_them(tmp_path) -> None:
    rows = (f"{handle},{handle} of old,2025-05-02,9\n" for handle in ("ann", "ida", "zoe"))
    bring_in(tmp_path, "handle,nickname,collected_at,followers\n" + "".join(rows))
    people = {each.name: each for each in Influencer.objects.all()}

    def said_of(handle: str, name: str, field: str) -> None:
        people[handle].name = name
        people[handle].save(update_fields=["name"])
        record(Verb.INFLUENCER_EDITED, people[handle], actor=None, texts={"fields": [field]})

    for handle in ("ann", "ida"):
        said_of(handle, f"{handle} of old", "e-mail")
    said_of("ida", "Ida B.", "name")
    said_of("zoe", "zoe of old", "name")  # somebody calls her so, too
    cut_over()
    receipt = run_purge(start_purge(actor=None))

    labels = EventText.objects.filter(event__object_type="crm.influencer").order_by("event")
    assert list(labels.values_list("label", "detail__fields")) == [
        ("", ["e-mail"]),
        ("", ["e-mail"]),
        ("Ida B.", ["name"]),
        ("zoe of old", ["name"]),
    ]
    (line,) = (line for line in receipt.lines if line["name"] == "event_names")
    assert (line["rows"], line["gone"], receipt.rescan["event_names"]) == (2, 2, 0)
    assert set(Influencer.objects.values_list("name", flat=True)) == {"ann", "Ida B.", "zoe of old"}


def test_an_erased_creator_is_synced_by_no_cut_over(tmp_path) -> None:
    bring_in(tmp_path, EXPORT, campaign_name="Past")
    erased = Creator.objects.create(handle="erased-7f3a", marketplace_status=MarketplaceStatus.IN)
    named = Creator.objects.create(handle="ida", marketplace_status=MarketplaceStatus.IN)
    cut_over()
    due = Work.objects.filter(kind__in=PollKind.values).values_list("subject_id", flat=True)
    assert (erased.pk in due, named.pk in due) == (False, True)
