"""The receipt of a purge says what a second reading of every table has found."""

from __future__ import annotations

import pytest
from django.core.files import File as Upload
from django.utils import timezone
from PIL import Image

from campaigns.enums import PostOrigin
from campaigns.models import Post
from campaigns.services.posts import remove_post
from files.enums import FileKind
from files.models import File
from files.services.storing import store_content
from files.store import contents
from jobs.models import Job
from tenancy.enums import Verb
from tenancy.models import EventText
from tenancy.services.events import record
from tests.factories.campaigns import a_campaign, a_post, a_video, an_account
from tiktok.enums import PurgeState, Source
from tiktok.models import LegacyMigration, PurgeReceipt, PurgeRun, Video
from tiktok.services.legacy import purgers
from tiktok.services.legacy.purging import purge_slice, run_purge, start_purge
from tiktok.services.legacy.receipts import LegacyRowsLeft, verify_receipt

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("organization")]


@pytest.fixture
def legacy_video(organization) -> Video:
    return a_video(an_account("maya.bakes"), "1", source=Source.LEGACY, counts_source=Source.LEGACY)


@pytest.fixture
def _cut_over(legacy_video) -> None:
    LegacyMigration.objects.create(cut_over_at=timezone.now())


@pytest.mark.usefixtures("_cut_over")
def test_no_receipt_is_issued_while_a_row_of_the_old_source_is_left(monkeypatch) -> None:
    forgetful = [each for each in purgers._purgers if each.name != "videos"]
    monkeypatch.setattr(purgers, "_purgers", forgetful)
    run = start_purge(actor=None)

    with pytest.raises(LegacyRowsLeft, match="1 in tiktok_video"):
        run_purge(run)

    assert not PurgeReceipt.objects.exists()
    assert PurgeRun.objects.get().state == PurgeState.RUNNING
    assert LegacyMigration.objects.get().purged_at is None


@pytest.mark.usefixtures("_cut_over")
def test_a_receipt_names_what_went_and_that_nothing_was_left() -> None:
    receipt = run_purge(start_purge(actor=None))

    gone = {line["name"]: line["gone"] for line in receipt.lines}
    assert gone["videos"] == 1
    assert set(receipt.rescan.values()) == {0}
    assert not Video.objects.exists()
    assert LegacyMigration.objects.get().purged_at is not None


def a_legacy_post(video: Video, origin: PostOrigin = PostOrigin.LEGACY) -> Post:
    """One whose caption stands in the audit log."""
    post = a_post(a_campaign(), video, origin=origin)
    record(Verb.POST_ADDED_BY_HAND, post, actor=None)
    assert names_of(post.pk) == [video.caption]
    return post


def names_of(post_id: int) -> list[str]:
    texts = EventText.objects.filter(event__object_type="campaigns.post", event__object_id=post_id)
    return list(texts.values_list("label", flat=True))


def asked_about(post: Post) -> Job:
    job = Job.objects.create(kind="campaigns.ask_to_tie", finished_at=timezone.now(), state="done")
    job.count("asked", 1, ("campaigns:post", str(post), post.campaign_id, post.pk))
    job.save()
    return job


def test_the_name_of_a_post_goes_that_was_removed_before_the_cut_over(legacy_video) -> None:
    post_id = (post := a_legacy_post(legacy_video, PostOrigin.BY_HAND)).pk
    remove_post(post, actor=None)
    LegacyMigration.objects.create(cut_over_at=timezone.now())

    receipt = run_purge(start_purge(actor=None))

    assert names_of(post_id) == []
    assert verify_receipt(receipt, actor=None).holds


def test_the_name_of_a_post_goes_that_was_brought_back_while_the_purge_waited(legacy_video) -> None:
    post = a_legacy_post(legacy_video)
    LegacyMigration.objects.create(cut_over_at=timezone.now())
    own = a_video(post.account, "7")
    Post.objects.filter(pk=post.pk).update(origin=PostOrigin.ORDER, video=own)

    receipt = run_purge(start_purge(actor=None))
    record(Verb.POST_TIE_REQUESTED, Post.objects.get(), actor=None)

    assert names_of(post.pk) == [own.caption]  # TikTok's own, from after the purge
    assert verify_receipt(receipt, actor=None).holds


@pytest.mark.parametrize("is_late", [False, True], ids=["first of all", "last of all"])
def test_what_is_said_of_a_post_while_the_purge_is_under_way_goes_with_its_link(
    legacy_video, is_late
) -> None:
    post = a_legacy_post(legacy_video, PostOrigin.BY_HAND)
    other = a_post(post.campaign, a_video(post.account, "7", caption="TikTok's own"))
    LegacyMigration.objects.create(cut_over_at=timezone.now())
    run = start_purge(actor=None)
    while is_late and run.counts["doing"] != "event_texts":
        purge_slice(run)
    for each in (post, other):
        record(Verb.POST_TIE_REQUESTED, each, actor=None)
    job, kept = asked_about(post), asked_about(other)

    receipt = run_purge(run)

    assert names_of(post.pk) == []
    assert names_of(other.pk) == ["TikTok's own"]
    for each in (job, kept):
        each.refresh_from_db()
    assert job.outcome == []
    assert kept.outcome[0]["links"][0][1] == "TikTok's own"
    assert verify_receipt(receipt, actor=None).holds


def test_work_that_ends_after_the_purge_began_breaks_no_receipt(legacy_video) -> None:
    post = a_post(a_campaign(), a_video(an_account("tom"), "7", caption="TikTok's own"))
    LegacyMigration.objects.create(cut_over_at=timezone.now())
    before, during = asked_about(post), asked_about(post)
    run = start_purge(actor=None)
    Job.objects.filter(pk=during.pk).update(finished_at=timezone.now())

    receipt = run_purge(run)

    for each in (before, during):
        each.refresh_from_db()
    assert (before.outcome, len(during.outcome)) == ([], 1)
    assert verify_receipt(receipt, actor=None).holds


def test_the_row_of_a_picture_stays_until_its_content_is_gone(
    tmp_path, settings, monkeypatch
) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "files": {"BACKEND": "files.store.PrivateFolder", "OPTIONS": {"location": tmp_path}},
    }
    with Image.new("RGB", (8, 8)) as drawn, (tmp_path / "drawn.png").open("w+b") as opened:
        drawn.save(opened, "PNG")
        opened.seek(0)
        picture = store_content(FileKind.LEGACY_PICTURE, Upload(opened, "drawn.png"))
    picture.save()
    LegacyMigration.objects.create(cut_over_at=timezone.now())
    run = start_purge(actor=None)

    def fail(*_: object) -> None:
        raise OSError("the storage does not answer")

    with monkeypatch.context() as broken:
        broken.setattr("files.store.PrivateFolder.delete", fail)
        with pytest.raises(OSError, match="does not answer"):
            run_purge(run)
    assert File.objects.filter(pk=picture.pk).exists()
    assert contents().exists(picture.path)

    receipt = run_purge(run)
    assert {line["name"]: line["gone"] for line in receipt.lines}["pictures"] == 1
    assert not File.objects.exists()
    assert not contents().exists(picture.path)
