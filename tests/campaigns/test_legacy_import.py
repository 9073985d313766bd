"""The fate of every row of the old source, what is said rather than attached, and imports that are interrupted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from campaigns.models import Campaign, Participant, Post
from campaigns.services.legacy import scanning
from campaigns.services.legacy.importing import IMPORT, ImportEnded
from crm.models import Influencer, SocialAccount
from files.models import File
from jobs.enums import JobState
from jobs.models import Job, Work
from jobs.services.jobs import WORK_KIND, cancel_job
from tenancy.models import Event
from tenancy.scope import organization_scope
from tests.factories.campaigns import a_campaign, a_participant, a_post, a_video, an_account
from tests.factories.legacy import bring_in
from tests.working import all_polls
from tiktok.errors import LegacyClosed, NotALegacyExport
from tiktok.models import (
    Creator,
    CreatorSnapshot,
    FormerHandle,
    LegacyMigration,
    Video,
    VideoSnapshot,
)
from tiktok.services.legacy.columns import ColumnMapping

pytestmark = pytest.mark.django_db

FIRST = 7499446218112634119
ID, OTHER, THIRD = (str(FIRST + 2 * n) for n in range(3))


def fates(result) -> tuple[int, int, int, int]:
    return result.new, result.updated, result.unchanged, result.refused_count


def reasons(result) -> list[tuple[int, str]]:
    return list(result.refused.values_list("line", "reason"))


# --- accounts ---
ACCOUNTS = "handle,collected_at,display name,followers,likes,videos,engagement rate\n"


def test_a_table_of_accounts_brings_people_and_their_numbers(oak, tmp_path) -> None:
    with organization_scope(oak):
        result = bring_in(
            tmp_path,
            ACCOUNTS + "Ann.B,2024-03-01,Ann Baker,1.5K,20K,31,4.2%\ntom_t,2024-03-01,,900,,,\n",
        )
        assert (fates(result), result.accounts) == ((2, 0, 0, 0), 2)
        creator = Creator.objects.get(handle="ann.b")
        assert (creator.display_name, creator.follower_count, creator.like_count) == (
            "Ann Baker",
            1_500,
            20_000,
        )
        assert (creator.video_count, creator.engagement_rate, creator.profile_source) == (
            31,
            0.042,
            "legacy",
        )
        assert set(Influencer.objects.values_list("name", flat=True)) == {"ann.b", "tom_t"}
        assert not Campaign.objects.exists()


def test_the_history_of_an_account_is_kept_day_by_day_and_the_latest_is_on_show(
    oak, tmp_path
) -> None:
    days = "".join(f"ann.b,2024-03-{day:02} 10:00:00,,{day}000,,,\n" for day in (3, 1, 2))
    with organization_scope(oak):
        assert fates(bring_in(tmp_path, ACCOUNTS + days)) == (1, 2, 0, 0)
        assert list(
            CreatorSnapshot.objects.order_by("bucket_at").values_list("follower_count", flat=True)
        ) == [1_000, 2_000, 3_000]
        assert Creator.objects.get().follower_count == 3_000

        assert fates(bring_in(tmp_path, ACCOUNTS + days)) == (0, 0, 3, 0)
        assert CreatorSnapshot.objects.count() == 3


def test_a_number_that_a_later_row_does_not_tell_stays_on_show(oak, tmp_path) -> None:
    with organization_scope(oak):
        bring_in(tmp_path, ACCOUNTS + "ann.b,2024-03-01,Ann,1K,20K,31,4.2%\n")
        result = bring_in(tmp_path, ACCOUNTS + "ann.b,2024-03-02,,2K,,,\n")
        creator = Creator.objects.get()
        assert fates(result) == (0, 1, 0, 0)
        assert (creator.follower_count, creator.like_count, creator.display_name) == (2_000, 20_000, "Ann")  # fmt: skip
        assert creator.profile_fetched_at == datetime(2024, 3, 2, tzinfo=UTC)


def test_an_older_row_or_a_later_one_that_says_the_same_changes_nothing_on_show(
    oak, tmp_path
) -> None:
    with organization_scope(oak):
        bring_in(tmp_path, ACCOUNTS + "ann.b,2024-03-02,Ann,2K,,,\n")
        assert fates(bring_in(tmp_path, ACCOUNTS + "ann.b,2024-03-05,Ann,2K,,,\n")) == (0, 0, 1, 0)
        assert fates(bring_in(tmp_path, ACCOUNTS + "ann.b,2024-03-01,Anna,1K,,,\n")) == (0, 1, 0, 0)
        assert fates(bring_in(tmp_path, ACCOUNTS + "ann.b,2024-03-06,Anna,,,,\n")) == (0, 1, 0, 0)
        assert (Creator.objects.get().follower_count, CreatorSnapshot.objects.count()) == (2_000, 3)
        assert Creator.objects.get().display_name == "Anna"


def test_an_absurd_number_is_kept_and_flagged(oak, tmp_path) -> None:
    with organization_scope(oak):
        bring_in(tmp_path, ACCOUNTS + "ann.b,2024-03-02,,900000B,,,\n")
        assert Creator.objects.get().absurd == 1


def test_what_tiktok_itself_told_of_an_account_is_left_alone(oak, tmp_path) -> None:
    with organization_scope(oak):
        an_account("ann.b", follower_count=7, profile_source="ttcm_public", profile_fetched_at=timezone.now())  # fmt: skip
        bring_in(tmp_path, ACCOUNTS + "ann.b,2024-03-02,Ann,2K,,,\n")
        creator = Creator.objects.get()
        assert (creator.follower_count, creator.profile_source) == (7, "ttcm_public")
        assert CreatorSnapshot.objects.get().follower_count == 2_000


# --- posts and their history ---
POSTS = "handle,video_id,collected_at,caption,views,likes\n"


def test_the_history_of_a_post_is_kept_hour_by_hour(oak, tmp_path) -> None:
    rows = [
        f"ann.b,{ID},2025-05-03 10:00:00,Final,30,3",
        f"ann.b,{ID},2025-05-02 10:00:00,Draft,20,2",
        f"ann.b,{ID},2025-05-02 10:30:00,Draft,25,2",
        f"ann.b,{ID},2025-05-04 10:00:00,,30,3",
        f"ann.b,{ID},2025-05-05 10:00:00,,,",
    ]
    with organization_scope(oak):
        result = bring_in(tmp_path, POSTS + "\n".join(rows) + "\n")
        assert fates(result) == (1, 2, 2, 0)
        video = Video.objects.get()
        assert (video.caption, video.video_views) == ("Final", 30)
        assert video.counts_fetched_at == datetime(2025, 5, 4, 10, tzinfo=UTC)
        readings = VideoSnapshot.objects.order_by("bucket_at").values_list("fetched_at", "video_views")  # fmt: skip
        assert list(readings) == [
            (datetime(2025, 5, 2, 10, 30, tzinfo=UTC), 25),
            (datetime(2025, 5, 3, 10, tzinfo=UTC), 30),
            (datetime(2025, 5, 4, 10, tzinfo=UTC), 30),
        ]
        assert Post.objects.count() == 1

        assert fates(bring_in(tmp_path, POSTS + "\n".join(rows) + "\n")) == (0, 0, 5, 0)


def test_many_readings_of_one_post_take_several_slices(oak, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(scanning, "MOST_READINGS", 3)
    rows = "".join(f"ann.b,{ID},2025-05-{day:02},,{day},\n" for day in range(2, 12))
    with organization_scope(oak):
        assert fates(bring_in(tmp_path, POSTS + rows)) == (1, 9, 0, 0)
        assert VideoSnapshot.objects.count() == 10


def test_readings_of_posts_that_are_known_need_no_account(oak, tmp_path) -> None:
    with organization_scope(oak):
        bring_in(tmp_path, POSTS + f"ann.b,{ID},2025-05-02,One,10,1\n")
        result = bring_in(
            tmp_path,
            f"video_id,collected_at,views\n{ID},2025-05-03,20\n{OTHER},2025-05-03,20\n",
        )
        assert (fates(result), reasons(result)) == (
            (0, 1, 0, 1),
            [(3, f"video_id {OTHER} is not known here, and the row names no account")],
        )
        assert (Video.objects.get().video_views, Influencer.objects.count()) == (20, 1)


def test_other_numbers_for_the_same_moment_are_refused(oak, tmp_path) -> None:
    with organization_scope(oak):
        first = bring_in(
            tmp_path,
            POSTS + f"ann.b,{ID},2025-05-02,One,10,1\nann.b,{ID},2025-05-02,One,11,1\nann.b,{ID},2025-05-02,One,10,1\n",
        )  # fmt: skip
        assert (fates(first), reasons(first)) == (
            (1, 0, 1, 1),
            [(3, f"line 2 has other numbers of video_id {ID} for the same moment")],
        )
        again = bring_in(tmp_path, POSTS + f"ann.b,{ID},2025-05-02,One,12,1\n")
        assert reasons(again) == [
            (2, f"other numbers of video_id {ID} are kept for the same moment")
        ]
        assert Video.objects.get().video_views == 10


# --- campaigns ---
def test_posts_stand_in_the_campaigns_that_their_rows_name(oak, tmp_path) -> None:
    with organization_scope(oak):
        known = a_campaign("Summer")
        late = str(int(datetime(2026, 11, 5, tzinfo=UTC).timestamp()) << 32 | 1)
        result = bring_in(
            tmp_path,
            "handle,video_id,posted_at,collected_at,views,campaign\n"
            f"ann.b,{late},2026-11-05,2026-11-06,1,Summer\n"
            f"ann.b,{late},2026-11-05,2026-11-06,1,Winter\n"
            f"tom_t,{OTHER},2025-05-01,2026-11-06,1,Winter\n"
            f"tom_t,{THIRD},2025-05-02,2026-11-06,1,\n",
        )
        assert fates(result) == (4, 0, 0, 0)
        listed = Post.objects.values_list("campaign__name", "network_post_id", "origin")
        assert sorted(listed) == [
            ("Summer", late, "legacy"),
            ("Winter", OTHER, "legacy"),
            ("Winter", late, "legacy"),
        ]
        assert Video.objects.count() == 3
        taking_part = Participant.objects.values_list("campaign__name", "account__handle")
        assert sorted(taking_part) == [("Summer", "ann.b"), ("Winter", "ann.b"), ("Winter", "tom_t")]  # fmt: skip
        known.refresh_from_db()
        assert (known.starts_on.isoformat(), known.ends_on.isoformat()) == ("2026-11-01", "2026-11-30")  # fmt: skip
        made = Campaign.objects.get(name="Winter")
        assert (made.starts_on.isoformat(), made.ends_on.isoformat()) == ("2025-05-01", "2026-11-05")  # fmt: skip


# --- said, never attached ---
def test_a_handle_that_an_account_gave_up_is_said_and_followed_where_a_mapping_says_so(
    oak, tmp_path
) -> None:
    row = POSTS + f"old.ann,{ID},2025-05-02,One,10,1\n"
    with organization_scope(oak):
        account = an_account("new.ann")
        FormerHandle.objects.create(creator=account.creator, handle="old.ann", left_at=timezone.now())  # fmt: skip
        result = bring_in(tmp_path, row)
        assert fates(result) == (0, 0, 0, 1)
        assert reasons(result)[0][1].startswith(
            "@old.ann is or was a name of the account that is @new.ann here. Say in the mapping file"
        )
        assert (Influencer.objects.count(), Creator.objects.count()) == (1, 1)

        followed = bring_in(tmp_path, row, mapping=ColumnMapping(handles={"old.ann": "new.ann"}))
        assert fates(followed) == (1, 0, 0, 0)
        assert Post.objects.get().account == account


def test_a_handle_that_is_confirmed_is_an_account_of_its_own(oak, tmp_path) -> None:
    with organization_scope(oak):
        an_account("new.ann", disputed_handle="old.ann")
        row = POSTS + f"old.ann,{ID},2025-05-02,One,10,1\n"
        assert fates(bring_in(tmp_path, row)) == (0, 0, 0, 1)
        mapping = ColumnMapping(handles={"old.ann": "old.ann"})
        assert fates(bring_in(tmp_path, row, mapping=mapping)) == (1, 0, 0, 0)
        assert Post.objects.get().account.handle == "old.ann"


def test_a_post_that_is_known_under_another_account_is_said_and_makes_nobody(oak, tmp_path) -> None:
    with organization_scope(oak):
        a_video(an_account("maya.b"), ID)
        account = a_participant(campaign := a_campaign("Autumn"), "lena.l")
        a_post(campaign, a_video(account, OTHER))
        rows = (
            f"ann.b,{ID},2025-05-02,One,10,1\n"
            f"ann.b,{OTHER},2025-05-02,Two,10,1\n"
            f"zoe.z,{THIRD},2025-05-02,Three,10,1\n"
            f"kim.k,{THIRD},2025-05-02,Three,10,1\n"
        )
        result = bring_in(tmp_path, POSTS + rows)
        assert (fates(result), reasons(result)) == (
            (1, 0, 0, 3),
            [
                (2, f"video_id {ID} is known as a post of @maya.b, the row names @ann.b"),
                (3, f"video_id {OTHER} is known as a post of @lena.l, the row names @ann.b"),
                (5, f"video_id {THIRD} is known as a post of @zoe.z, the row names @kim.k"),
            ],
        )
        handles = {"maya.b", "lena.l", "zoe.z"}
        assert set(SocialAccount.objects.values_list("handle", flat=True)) == handles
        assert set(Creator.objects.values_list("handle", flat=True)) == handles


# --- interrupted, repeated, closed ---
@pytest.fixture
def in_slices(monkeypatch) -> None:
    monkeypatch.setattr(scanning, "SCANNED_ROWS", 3)
    monkeypatch.setattr(scanning, "READ_ROWS", 2)


ROWS = POSTS + "".join(f"ann.{n},{FIRST + 2 * n},2025-05-02,Post {n},{n},1\n" for n in range(7))


@pytest.mark.parametrize("slices", range(1, 8))
def test_an_import_that_is_killed_goes_on_and_doubles_nothing(
    oak, tmp_path, in_slices, slices
) -> None:
    seen = []

    def kill(job: Job) -> None:
        seen.append((job.done_count, job.total_count))
        if len(seen) == slices:
            raise KeyboardInterrupt

    with organization_scope(oak):
        with pytest.raises(KeyboardInterrupt):
            bring_in(tmp_path, ROWS, progress=kill)
        assert File.objects.filter(kind="legacy_import").exists() == (slices < 8)

        result = bring_in(tmp_path, ROWS)
        assert (fates(result), result.accounts) == ((7, 0, 0, 0), 7)
        assert Job.objects.filter(kind=IMPORT).count() == 1
        assert (Video.objects.count(), Post.objects.count(), VideoSnapshot.objects.count()) == (7, 7, 7)  # fmt: skip
        assert Event.objects.filter(verb="legacy.imported").count() == 1
        assert not File.objects.exists()


def test_the_progress_is_told_slice_by_slice(oak, tmp_path, in_slices) -> None:
    heard = []
    with organization_scope(oak):
        bring_in(tmp_path, ROWS, progress=lambda job: heard.append((job.done_count, job.total_count)))  # fmt: skip
    assert heard == [(0, 3), (0, 6), (0, 7), (2, 7), (4, 7), (6, 7), (7, 7), (7, 7)]


def test_what_a_lost_process_had_begun_is_taken_up_once_its_lease_is_over(
    oak, tmp_path, in_slices, monkeypatch
) -> None:
    monkeypatch.setattr("jobs.services.jobs.WAIT_SECONDS", 0)
    heard = []

    def lose(job: Job) -> None:
        heard.append(job.done_count)
        if len(heard) == 1:  # as a process that died in the middle of a slice leaves it
            rows = Work.objects.filter(kind=WORK_KIND, subject_id=job.pk)
            rows.update(lease_until=timezone.now() + timedelta(milliseconds=30))

    with organization_scope(oak):
        assert fates(bring_in(tmp_path, ROWS, progress=lose)) == (7, 0, 0, 0)
        assert heard.count(0) > 3  # it waited


def test_an_import_that_is_cancelled_says_so_and_keeps_what_is_done(
    oak, tmp_path, in_slices
) -> None:
    def cancel(job: Job) -> None:
        if job.done_count == 4:
            cancel_job(job)

    with organization_scope(oak):
        with pytest.raises(ImportEnded, match="It was cancelled") as ended:
            bring_in(tmp_path, ROWS, progress=cancel)
        assert fates(ended.value.result) == (4, 0, 0, 0)
        assert (Video.objects.count(), Job.objects.get(kind=IMPORT).state) == (
            4,
            JobState.CANCELLED,
        )
        assert fates(bring_in(tmp_path, ROWS)) == (3, 0, 4, 0)


def test_a_file_that_has_gone_meanwhile_ends_the_import(oak, tmp_path, in_slices) -> None:
    with organization_scope(oak):
        with pytest.raises(NotALegacyExport, match="The file is no longer there"):
            bring_in(tmp_path, ROWS, progress=lambda job: File.objects.all().delete())


def test_an_organization_that_has_cut_over_takes_nothing_any_more(oak, tmp_path) -> None:
    with organization_scope(oak):
        LegacyMigration.objects.create(cut_over_at=timezone.now())
        with pytest.raises(LegacyClosed):
            bring_in(tmp_path, ROWS)
        assert not File.objects.exists()


def test_a_cut_over_during_an_import_ends_it(oak, tmp_path, in_slices) -> None:
    def cut_over(job: Job) -> None:
        if job.done_count == 2:
            LegacyMigration.objects.update(cut_over_at=timezone.now())

    with organization_scope(oak):
        with pytest.raises(ImportEnded, match="its data cannot come back"):
            bring_in(tmp_path, ROWS, progress=cut_over)
        assert Video.objects.count() == 2


def test_nothing_but_refused_rows_makes_no_migration_and_exits_with_1(
    oak, tmp_path, capsys
) -> None:
    file = tmp_path / "export.csv"
    file.write_text("handle,video_id\nbad handle,1\nann.b,2\n")
    with pytest.raises(CommandError, match=r"^Nothing was imported\. 2 rows refused\.$"):
        call_command("import_legacy", str(file), organization="oak")
    assert capsys.readouterr().err == (
        "line 2: handle “bad handle” is not a TikTok handle\nline 3: video_id “2” is not a TikTok video id\n"
    )
    with organization_scope(oak):
        for model in (LegacyMigration, Influencer, Creator):
            assert not model.objects.exists()
        assert not Event.objects.filter(verb="legacy.imported").exists()


def test_accounts_that_came_are_looked_up(oak, tmp_path) -> None:
    with organization_scope(oak):
        bring_in(tmp_path, POSTS + f"ann.b,{ID},2025-05-02,One,10,1\n")
        polls = all_polls().filter(organization=oak).values_list("kind", "subject_id")
        assert list(polls) == [("membership", Creator.objects.get().pk)]


def test_another_organization_sees_nothing_of_it(oak, elm, tmp_path) -> None:
    with organization_scope(oak):
        bring_in(tmp_path, ROWS)
    with organization_scope(elm):
        for model in (Influencer, Creator, Video, VideoSnapshot, Post, Job, LegacyMigration):
            assert not model.objects.exists()
