"""Import, plan, cut-over, purge and proof, for one organization beside another."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.db.models import Sum

from campaigns.models import Campaign, Post
from campaigns.services.legacy.importing import import_legacy_export
from crm.models import Influencer, SocialAccount
from crm.queries import found
from influence.management.commands.demo import INVENTED_EXPORT
from tenancy.models import Event, User
from tenancy.scope import organization_scope
from tests.factories.campaigns import a_campaign, a_participant, a_video, an_account
from tests.factories.legacy import cut_over
from tests.working import all_polls
from tiktok.enums import MarketplaceStatus
from tiktok.errors import LegacyClosed, NotALegacyExport
from tiktok.models import Creator, CreatorSnapshot, Video, VideoSnapshot
from tiktok.services.legacy.purging import NotCutOver, run_purge, start_purge
from tiktok.services.legacy.rows import legacy_rows

pytestmark = pytest.mark.django_db

EXPORT = """handle,followers,video_id,caption,posted_at,collected_at,views,likes,comments,shares
ann.b,1.5K,7499446218112634119,One #spring,2025-05-01 12:00:00,2025-05-02 00:00:00,10K,100,5,1
ann.b,1.6K,7499446218112634120,Two,2025-05-03 12:00:00,2025-05-04 00:00:00,20K,200,,2
tom_t,900,7499446218112634121,Three,2025-05-02 12:00:00,2025-05-02 13:00:00,5,1,0,0
bad handle,1,7499446218112634122,Four,2025-05-02 12:00:00,2025-05-02 13:00:00,5,1,0,0
"""


@pytest.fixture
def export(tmp_path: Path) -> Path:
    file = tmp_path / "export.csv"
    file.write_text(EXPORT, encoding="utf-8")
    return file


def bring_in(export: Path):
    return import_legacy_export(export, campaign_name="Spring", actor=None)


def test_every_row_is_imported_or_refused(oak, export) -> None:
    with organization_scope(oak):
        result = bring_in(export)

        assert (result.kept, result.accounts, result.refused_count) == (3, 2, 1)
        assert [(row.line, row.reason) for row in result.refused] == [
            (5, "handle “bad handle” is not a TikTok handle")
        ]
        assert sorted(Influencer.objects.values_list("name", flat=True)) == ["ann.b", "tom_t"]
        assert [str(person) for person in found(Influencer.objects.all(), "@tom")] == ["tom_t"]
        assert set(SocialAccount.objects.values_list("account_type", flat=True)) == {"tiktok"}
        assert list(
            Video.objects.order_by("tiktok_video_id").values_list("video_views", "comments")
        ) == [
            (10_000, 5),
            (20_000, None),
            (5, 0),
        ]
        assert Creator.objects.get(handle="ann.b").follower_count == 1600
        assert Post.objects.filter(origin="legacy", hidden_at=None).count() == 3
        assert (CreatorSnapshot.objects.count(), VideoSnapshot.objects.count()) == (3, 3)


def test_importing_twice_doubles_nothing(oak, export) -> None:
    with organization_scope(oak):
        bring_in(export)
        again = bring_in(export)

        assert (again.new, again.updated, again.unchanged) == (0, 0, 3)
        assert (again.kept, again.accounts, again.refused_count) == (3, 0, 1)
        assert (Video.objects.count(), Post.objects.count(), SocialAccount.objects.count()) == (
            3,
            3,
            2,
        )
        assert VideoSnapshot.objects.count() == 3


HEADER = "handle,followers,video_id,collected_at,views,likes,comments,shares\n"
OLDER = HEADER + "ann.b,1.5K,7499446218112634119,2025-05-02 00:00:00,10K,100,5,1\n"
NEWER = (
    HEADER
    + "ann.b,1.9K,7499446218112634119,2025-06-02 00:00:00,12K,90,6,1\n"
    + "ann.b,1.9K,7499446218112634120,2025-06-02 00:00:00,7,1,0,0\n"
)


@pytest.mark.parametrize(
    ("texts", "outcomes"),
    [
        ([OLDER, NEWER], [(1, 0, 0), (1, 1, 0)]),
        ([NEWER, OLDER], [(2, 0, 0), (0, 1, 0)]),
        ([OLDER, NEWER, OLDER, NEWER], [(1, 0, 0), (1, 1, 0), (0, 0, 1), (0, 0, 2)]),
    ],
)
def test_newer_numbers_win_by_time_whichever_export_comes_first(
    oak, tmp_path, texts, outcomes
) -> None:
    file = tmp_path / "export.csv"
    with organization_scope(oak):
        for text, outcome in zip(texts, outcomes, strict=True):
            file.write_text(text, encoding="utf-8")
            result = bring_in(file)
            assert (result.new, result.updated, result.unchanged) == outcome

        video = Video.objects.get(tiktok_video_id="7499446218112634119")
        assert (video.video_views, video.likes, video.comments, video.shares) == (12_000, 90, 6, 1)
        assert video.counts_fetched_at == datetime(2025, 6, 2, tzinfo=UTC)
        assert Creator.objects.get().follower_count == 1_900
        readings = VideoSnapshot.objects.filter(video_id=video.pk).order_by("bucket_at")
        assert list(readings.values_list("video_views", flat=True)) == [10_000, 12_000]
        assert ("likes" in video.flags) == (texts[0] == OLDER)  # a fall is seen as it comes


def test_a_newer_export_that_tells_no_numbers_takes_none_away(oak, tmp_path) -> None:
    file = tmp_path / "export.csv"
    with organization_scope(oak):
        for text in (OLDER, HEADER + "ann.b,,7499446218112634119,2025-06-02 00:00:00,,,,\n"):
            file.write_text(text, encoding="utf-8")
            result = bring_in(file)

        assert (result.new, result.updated, result.unchanged) == (0, 0, 1)
        assert Video.objects.get().video_views == 10_000
        assert Creator.objects.get().follower_count == 1_500


def test_a_newer_caption_is_an_update_too(oak, tmp_path) -> None:
    file = tmp_path / "export.csv"
    head = "handle,video_id,collected_at,caption\n"
    with organization_scope(oak):
        for text in ("ann.b,7499446218112634119,2025-05-02,Draft\n", "ann.b,7499446218112634119,2025-05-03,Final\n"):  # fmt: skip
            file.write_text(head + text, encoding="utf-8")
            result = bring_in(file)
        assert (result.new, result.updated, result.unchanged) == (0, 1, 0)
        assert Video.objects.get().caption == "Final"


def test_a_known_video_is_new_in_a_campaign_that_did_not_hold_it(oak, export) -> None:
    with organization_scope(oak):
        bring_in(export)
        other = import_legacy_export(export, campaign_name="Summer", actor=None)
        assert (other.new, other.updated, other.unchanged) == (3, 0, 0)
        assert Video.objects.count() == 3


@pytest.mark.parametrize(
    ("rows", "refused"), [("", 0), ("ann b,7499446218112634119\n", 1)], ids=["no rows", "bad rows"]
)
def test_an_import_of_nothing_says_so_fails_and_leaves_no_campaign(
    oak, tmp_path, capsys, rows, refused
) -> None:
    file = tmp_path / "export.csv"
    file.write_text(f"handle,video_id\n{rows}", encoding="utf-8")
    with pytest.raises(CommandError, match=rf"^Nothing was imported\. {refused} rows refused\.$"):
        call_command("import_legacy", str(file), organization="oak")
    assert capsys.readouterr().err.count("is not a TikTok handle") == refused
    with organization_scope(oak):
        assert not Campaign.objects.exists()


def test_an_import_keeps_every_number(oak, tmp_path) -> None:
    """The story's invented export, in the form of the old source: sums by plain arithmetic and as imported."""
    with INVENTED_EXPORT.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with organization_scope(oak):
        result = bring_in(INVENTED_EXPORT)
        totals = Video.objects.aggregate(*(Sum(name) for name in ("video_views", "likes")))
        refused = {row.line for row in result.refused}
    assert result.kept + result.refused_count == len(rows)
    kept = [row for line, row in enumerate(rows, 2) if line not in refused]
    assert totals == {
        "video_views__sum": sum(plainly(row["views"]) for row in kept),
        "likes__sum": sum(plainly(row["likes"]) for row in kept),
    }


def plainly(text: str) -> int:
    size = {"K": 1_000, "M": 1_000_000}.get(text[-1:], 1)
    return int(Decimal(text.rstrip("KM") or 0) * size)


def test_a_name_that_campaigns_share_or_that_is_long_stops_no_import(oak, export) -> None:
    with organization_scope(oak):
        earlier, _ = a_campaign("Past"), a_campaign("Past")
        import_legacy_export(export, campaign_name="Past", actor=None)
        assert earlier.posts.count() == 3
        import_legacy_export(export, campaign_name="P" * 200, actor=None)
        assert Campaign.objects.get(name="P" * 120).posts.count() == 3


def test_a_broken_file_leaves_nothing_half_written(oak, tmp_path) -> None:
    file = tmp_path / "broken.csv"
    file.write_bytes(EXPORT.encode() + b'x,1,7499446218112634129,"never closed\n')
    with organization_scope(oak):
        with pytest.raises(NotALegacyExport):
            bring_in(file)
        assert (Influencer.objects.count(), Video.objects.count(), Post.objects.count()) == (
            0,
            0,
            0,
        )


def test_the_cut_over_hides_posts_renames_accounts_and_tracks_the_supported(oak, export) -> None:
    with organization_scope(oak):
        bring_in(export)
        Creator.objects.filter(handle="ann.b").update(marketplace_status=MarketplaceStatus.IN)

        assert cut_over(actor=None) == 3

        assert Post.objects.filter(hidden_at=None).count() == 0
        assert set(SocialAccount.objects.values_list("account_type", flat=True)) == {
            "tiktok_creator"
        }
        tracked = all_polls().filter(organization=oak).values_list("kind", "subject_id")
        supported = Creator.objects.get(handle="ann.b").pk
        assert set(tracked.exclude(kind="membership")) == {
            ("profile", supported),
            ("videos", supported),
        }
        with pytest.raises(LegacyClosed):
            bring_in(export)


def test_the_purge_deletes_every_legacy_row_and_proves_it(oak, elm, export) -> None:
    with organization_scope(elm):
        bring_in(export)
        untouched = legacy_rows()
    with organization_scope(oak):
        bring_in(export)
        olga = User.objects.create_user("olga@oak.example", name="Olga Oak")
        cut_over(actor=olga)

        receipt = run_purge(start_purge(actor=None))

        assert receipt.facts["cut_over_by"] == str(olga)
        assert set(receipt.rescan.values()) == {0}
        assert {line["name"]: (line["rows"], line["gone"]) for line in receipt.lines} == {
            "event_names": (0, 0),
            "event_texts": (0, 0),
            "influencer_outcomes": (0, 0),
            "names": (0, 0),
            "outcomes": (0, 0),
            "post_links": (3, 3),
            "video_snapshots": (3, 3),
            "creator_snapshots": (3, 3),
            "videos": (3, 3),
            "creator_profiles": (0, 0),
            "kept_profiles": (2, 2),
            "exports": (0, 0),
            "copies": (0, 0),
            "pictures": (0, 0),
            "import_remarks": (1, 1),
        }
        assert list(
            Post.objects.order_by("network_post_id").values_list("network_post_id", "video")
        ) == [
            ("7499446218112634119", None),
            ("7499446218112634120", None),
            ("7499446218112634121", None),
        ]
        assert Creator.objects.get(handle="ann.b").follower_count is None
        events = Event.objects.exclude(verb="marketplace_account.connected").order_by("pk")
        assert list(events.values_list("verb", "detail")) == [
            ("legacy.imported", {"new": 3, "updated": 0, "unchanged": 0, "refused": 1}),
            ("legacy.planned", {"accounts": 2, "posts": 3}),
            ("legacy.cut_over", {"supported": 0}),
            ("purge.started", {"rows": 15}),
            ("purge.finished", {"receipt": receipt.pk}),
        ]
    with organization_scope(elm):
        assert legacy_rows() == untouched


def test_a_purge_before_the_cut_over_is_refused(oak, export) -> None:
    with organization_scope(oak):
        bring_in(export)
        with pytest.raises(NotCutOver):
            start_purge(actor=None)


def test_an_interrupted_purge_is_taken_up_again(oak, export, monkeypatch) -> None:
    monkeypatch.setattr("tiktok.services.legacy.purgers.SLICE_ROWS", 1)

    def stop_half_way(name: str, gone: int) -> None:
        if name == "videos":
            raise KeyboardInterrupt

    with organization_scope(oak):
        bring_in(export)
        cut_over(actor=None)
        run = start_purge(actor=None)
        with pytest.raises(KeyboardInterrupt):
            run_purge(run, progress=stop_half_way)

        resumed = start_purge(actor=None)
        receipt = run_purge(resumed)

        assert resumed.pk == run.pk
        assert all(line["rows"] == line["gone"] for line in receipt.lines)


def test_two_processes_that_purge_at_once_issue_one_receipt_that_counts_both(
    oak, export, monkeypatch
) -> None:
    monkeypatch.setattr("tiktok.services.legacy.purgers.SLICE_ROWS", 1)
    with organization_scope(oak):
        bring_in(export)
        cut_over(actor=None)
        run = start_purge(actor=None)
        receipts = []

        def work_beside(name: str, gone: int) -> None:
            if not receipts:
                receipts.append(run_purge(start_purge(actor=None)))

        receipts.append(run_purge(run, progress=work_beside))

        assert receipts[0] == receipts[1]
        assert all(line["rows"] == line["gone"] for line in receipts[0].lines)


@pytest.mark.parametrize(
    "write",
    [
        lambda creator: Creator.objects.filter(pk=creator.pk).update(profile_source="legacy"),
        lambda creator: Video.objects.create(
            creator=creator, tiktok_video_id="1", source="legacy", counts_source="legacy",
            published_at="2025-01-01T00:00Z", counts_fetched_at="2025-01-01T00:00Z", url="https://x.example",
        ),
    ],
    ids=["profile", "video"],
)  # fmt: skip
def test_after_the_purge_the_database_refuses_legacy_rows(oak, export, write) -> None:
    with organization_scope(oak):
        bring_in(export)
        cut_over(actor=None)
        run_purge(start_purge(actor=None))
        creator = Creator.objects.get(handle="ann.b")

        with pytest.raises(IntegrityError, match="cannot come back"), transaction.atomic():
            write(creator)


def test_the_commands_tell_the_story(oak, export, capsys) -> None:
    call_command("import_legacy", str(export), organization="oak", campaign="Spring")
    call_command("migrate_legacy", organization="oak")
    call_command("migrate_legacy", "--organization", "oak", "--cut-over")
    call_command("migrate_legacy", "--organization", "oak", "--purge")
    call_command("verify_purge")

    said = capsys.readouterr()
    assert "3 rows: 3 new, 0 updated, 0 unchanged. 2 new accounts. 1 rows refused." in said.out
    assert "line 5: handle “bad handle” is not a TikTok handle" in said.err
    assert "Cut over. 3 posts of the old source are hidden." in said.out
    assert "holds: 0 rows and files of the old source in" in said.out


def test_a_wrong_file_or_organization_ends_the_command_with_one_sentence(oak, tmp_path) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("name,colour\n", encoding="utf-8")
    with pytest.raises(
        CommandError,
        match=r"Nothing was imported\. .*No column names an account .* has the columns: name, colour",
    ):
        call_command("import_legacy", str(wrong), organization="oak")
    with pytest.raises(CommandError, match="There is no organization “elm”"):
        call_command("import_legacy", str(wrong), organization="elm")


def test_an_import_into_a_campaign_of_the_same_name_only_widens_its_window(oak, export) -> None:
    with organization_scope(oak):
        campaign = Campaign.objects.create(
            client="Oakmill", name="Spring", starts_on=date(2025, 1, 1), ends_on=date(2025, 5, 2)
        )
        bring_in(export)

        campaign.refresh_from_db()
        assert (campaign.starts_on, campaign.ends_on) == (date(2025, 1, 1), date(2025, 5, 3))


def test_an_account_of_another_network_is_not_taken_for_the_one_on_tiktok(oak, export) -> None:
    with organization_scope(oak):
        namesake = SocialAccount.objects.create(
            influencer=Influencer.objects.create(name="Ann"),
            network="instagram",
            account_type="instagram",
            handle="ann.b",
        )
        bring_in(export)
        assert not Post.objects.filter(account=namesake).exists()
        assert Post.objects.filter(account__handle="ann.b", account__network="tiktok").count() == 2


def test_numbers_of_tiktoks_own_are_not_touched_by_an_import_of_the_same_video(oak, export) -> None:
    with organization_scope(oak):
        own = a_video(an_account("ann.b"), "7499446218112634119", video_views=7)
        assert bring_in(export).new == 3
        own.refresh_from_db()
        assert (own.source, own.video_views) == ("ttcm_public", 7)
        assert Video.objects.filter(source="legacy").count() == 3


def test_a_campaign_made_for_the_import_has_the_window_of_its_posts(oak, export) -> None:
    with organization_scope(oak):
        bring_in(export)
        campaign = Campaign.objects.get()
        assert (campaign.starts_on, campaign.ends_on) == (date(2025, 5, 1), date(2025, 5, 3))


def test_an_import_that_finds_only_a_post_in_review_leaves_the_window_alone(oak, export) -> None:
    with organization_scope(oak):
        campaign = a_campaign("Spring")
        accounts = {handle: a_participant(campaign, handle) for handle in ("ann.b", "tom_t")}
        for video, handle in (("19", "ann.b"), ("20", "ann.b"), ("21", "tom_t")):
            Post.objects.create(
                campaign=campaign,
                account=accounts[handle],
                network="tiktok",
                network_post_id=f"74994462181126341{video}",
                origin="order",
                review_state="CONTENT_REVIEWING",
            )
        assert bring_in(export).updated == 3
        before = (campaign.starts_on, campaign.ends_on)
        campaign.refresh_from_db()
        assert (campaign.starts_on, campaign.ends_on) == before


def test_the_command_looks_up_who_was_never_looked_up(oak, tiktok, capsys) -> None:
    with organization_scope(oak):
        for number, status in enumerate(("unknown", "unknown", "invited")):
            Creator.objects.create(handle=f"one{number}", marketplace_status=status)
        tiktok.control("creator", handle="one1", membership="IN")
    call_command("migrate_legacy", "--organization", "oak", "--look-up")
    assert capsys.readouterr().out == "2 of 2\n"
    with organization_scope(oak):
        statuses = dict(Creator.objects.values_list("handle", "marketplace_status"))
    assert statuses == {"one0": "not_in", "one1": "in", "one2": "invited"}
