"""Posts of other networks from files: each row's fate before anything is written, writing, taking back; never TikTok's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from campaigns.enums import PlaceState
from campaigns.models import Campaign, NetworkPost, Participant, PostPlace, PostReading
from campaigns.services.networks.imports.fields import moment_of, spelled
from campaigns.services.networks.imports.subject import start_posts_import
from campaigns.services.networks.posts import PostFacts, change_network_post, move_posts
from crm.errors import TableRefused
from crm.models import Import, ImportMapping, SocialAccount
from crm.services.imports.expiry import forget_rows_about
from crm.services.imports.runs import begin_import, check_import, map_columns, roll_back
from crm.views.imports.rows import shown_rows
from jobs.enums import Lane
from tenancy.enums import Role, Verb
from tenancy.models import Event, Membership, Organization, User
from tests.campaigns.conftest import signed_in
from tests.campaigns.test_campaigns_pages import base, text
from tests.crm.imports.conftest import workbook
from tests.factories.campaigns import a_campaign, a_participant
from tests.factories.networks import (
    COUNTED_AT,
    PUBLISHED_AT,
    a_network_account,
    a_network_post,
    a_place,
)
from tests.submitting import fresh
from tests.working import pump

pytestmark = pytest.mark.django_db
REEL = "https://www.instagram.com/reel/C8xY_z-1Abc/"
OTHER_REEL = "https://www.instagram.com/p/D9aB_c-2Def/"
FILM = "https://youtu.be/dQw4w9WgXcQ"
TIKTOK = "https://www.tiktok.com/@maya.bakes/video/7450000000000000001"
HEAD = "Post URL,Account,Caption,Published,Views,Likes"
ROW = f"{REEL},@lena.lifts,Warm up,2026-11-12 09:00,1200,30"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    location = tmp_path / "files"
    settings.STORAGES = {
        **settings.STORAGES,
        "files": {"BACKEND": "files.store.PrivateFolder", "OPTIONS": {"location": location}},
    }
    return location


@pytest.fixture
def campaign(organization: Organization) -> Campaign:
    return a_campaign(keywords=["#loaf"])


@pytest.fixture
def ada(organization: Organization) -> User:
    signed_in(organization, Role.MANAGER)
    return Membership.objects.get(organization=organization).user


@pytest.fixture
def lena(campaign: Campaign) -> SocialAccount:
    return a_network_account("lena.lifts", campaign=campaign)


def finish() -> None:
    while pump(Lane.BULK):
        pass


def previewed(
    campaign: Campaign, ada: User, *lines: str, only_finds: bool = False, name: str = "posts.csv"
) -> Import:
    content = "\n".join(lines).encode()
    upload = SimpleUploadedFile(name, content)
    parent = start_posts_import(campaign, upload, only_finds=only_finds, actor=ada)
    finish()
    return again(parent)


def again(parent: Import) -> Import:
    return Import.objects.select_related("job", "lookup_job", "file").get(pk=parent.pk)


def imported(campaign: Campaign, ada: User, *lines: str, only_finds: bool = False) -> Import:
    parent = previewed(campaign, ada, *lines, only_finds=only_finds)
    begin_import(parent, actor=ada)
    finish()
    return again(parent)


def taken_back(parent: Import, ada: User) -> Import:
    check_import(parent, actor=ada)
    finish()
    roll_back(again(parent), actor=ada)
    finish()
    return again(parent)


def fates(parent: Import) -> list[str]:
    return [row.fate for row in parent.rows.order_by("number")]


def reasons(parent: Import) -> list[str]:
    return [reason[1] for row in parent.rows.order_by("number") for reason in row.reasons]


# --- the way of a post into the campaign ---
@pytest.mark.usefixtures("lena")
def test_a_file_of_posts_is_previewed_and_written(campaign: Campaign, ada: User) -> None:
    parent = previewed(campaign, ada, HEAD, ROW)
    assert [column["field"] for column in parent.columns] == [
        "url",
        "account",
        "caption",
        "published_at",
        "views",
        "likes",
    ]
    assert fates(parent) == ["new"]
    assert not NetworkPost.objects.exists()
    begin_import(parent, actor=ada)
    finish()
    post, place = NetworkPost.objects.get(), PostPlace.objects.get()
    assert (post.url, post.caption, post.published_at) == (REEL, "Warm up", PUBLISHED_AT)
    assert (post.views, post.likes, post.comments) == (1200, 30, None)
    assert (post.numbers_source, post.numbers_at) == ("imported", parent.created_at)
    assert (place.post, place.state, place.origin, place.published_at) == (
        post,
        "listed",
        "imported",
        PUBLISHED_AT,
    )
    event = Event.objects.get(verb=Verb.NETWORK_POSTS_IMPORTED)
    assert event.detail == {"file_import": parent.pk, "campaign": campaign.pk}
    assert again(parent).written == {"new": 1, "update": 0}
    campaign.refresh_from_db()
    assert campaign.state == "active"


@pytest.mark.usefixtures("lena")
def test_the_same_file_again_changes_nothing(campaign: Campaign, ada: User) -> None:
    imported(campaign, ada, HEAD, ROW)
    assert fates(previewed(campaign, ada, HEAD, ROW)) == ["unchanged"]


def test_a_row_updates_a_post_as_the_policies_say(
    campaign: Campaign, lena: SocialAccount, ada: User
) -> None:
    post = a_network_post(lena, "C8xY_z-1Abc", caption="Mine", views=100, saves=4)
    PostReading.objects.create(post=post, source="by_hand", read_at=COUNTED_AT, views=100, saves=4)
    parent = previewed(campaign, ada, HEAD, ROW)
    row = parent.rows.get()
    assert (row.fate, row.changes) == (
        "update",
        {"views": [100, 1200], "likes": [None, 30], "place": ["", "In the campaign"]},
    )
    chosen = [{"field": c["field"], "policy": "overwrite"} for c in parent.columns]
    chosen[4]["policy"] = "skip"
    map_columns(parent, chosen, actor=ada)
    finish()
    assert parent.rows.get().changes == {
        "caption": ["Mine", "Warm up"],
        "likes": [None, 30],
        "place": ["", "In the campaign"],
    }
    begin_import(again(parent), actor=ada)
    finish()
    post.refresh_from_db()
    assert (post.caption, post.views, post.likes, post.saves) == ("Warm up", 100, 30, 4)
    assert PostPlace.objects.get().state == "listed"


def test_numbers_are_as_of_the_day_that_the_row_names(
    campaign: Campaign, lena: SocialAccount, ada: User
) -> None:
    head = "Link,Views,As of"
    imported(campaign, ada, head, f"{REEL},100,2026-11-20")
    assert NetworkPost.objects.get().numbers_at == datetime(2026, 11, 20, tzinfo=UTC)
    earlier = imported(campaign, ada, head, f"{REEL},40,2026-11-15")
    assert earlier.rows.get().changes == {
        "views": [100, 40],
        "counted_at": ["2026-11-20 00:00", "2026-11-15 00:00"],
    }
    [row] = shown_rows(earlier, earlier.rows.all())
    assert [(each.label, each.before, each.after) for each in row.changes] == [
        ("Views", "100", "40"),
        ("Numbers as of (UTC)", "20 Nov 2026, 00:00", "15 Nov 2026, 00:00"),
    ]
    post = NetworkPost.objects.get()
    assert (post.views, PostReading.objects.count()) == (100, 2)  # the later ones are shown
    assert fates(previewed(campaign, ada, head, f"{REEL},100,2026-11-20")) == ["unchanged"]


def test_a_post_that_waits_or_was_left_out_is_listed_as_the_preview_says(
    campaign: Campaign, lena: SocialAccount, ada: User
) -> None:
    place = a_place(
        campaign, a_network_post(lena, "C8xY_z-1Abc"), state="waiting", origin="keyword"
    )
    parent = imported(campaign, ada, "url", REEL)
    assert parent.rows.get().changes == {"place": ["To decide", "In the campaign"]}
    place.refresh_from_db()
    assert (place.state, place.origin) == ("listed", "keyword")
    taken_back(parent, ada)
    place.refresh_from_db()
    assert place.state == "waiting"


def test_of_everything_that_accounts_published_only_finds_wait(
    campaign: Campaign, lena: SocialAccount, ada: User
) -> None:
    parent = imported(
        campaign,
        ada,
        "url,caption,date",
        f"{REEL},My #loaf,2026-11-12",
        f"{OTHER_REEL},No bread,2026-11-12",
        only_finds=True,
    )
    assert fates(parent) == ["new", "new"]
    assert NetworkPost.objects.count() == 2
    place = PostPlace.objects.get()
    assert (place.post.network_post_id, place.state, place.matched) == (
        "C8xY_z-1Abc",
        PlaceState.WAITING,
        ["#loaf"],
    )
    assert fates(previewed(campaign, ada, "url", OTHER_REEL, only_finds=True)) == ["unchanged"]


def test_an_import_into_one_campaign_is_looked_through_for_the_others(
    campaign: Campaign, lena: SocialAccount, ada: User
) -> None:
    other = a_campaign("Other", keywords=["warm up"])
    Participant.objects.create(campaign=other, account=lena)
    imported(campaign, ada, HEAD, ROW)
    assert PostPlace.objects.get(campaign=other).state == PlaceState.WAITING


# --- what is left out ---
@pytest.mark.parametrize("url", [TIKTOK, "https://vm.tiktok.com/ZSbx1/"])
def test_tiktok_rows_are_refused_with_what_to_do(
    campaign: Campaign, lena: SocialAccount, ada: User, url: str
) -> None:
    a_participant(campaign, "maya.bakes")
    parent = imported(campaign, ada, HEAD, f"{url},@maya.bakes,#loaf,,5,5", ROW)
    assert fates(parent) == ["error", "new"]
    assert reasons(parent) == [
        "TikTok posts are not entered or imported. Send the creator an order, or add the post under All Posts."
    ]
    assert [post.network for post in NetworkPost.objects.all()] == ["instagram"]


def test_a_row_of_tiktok_is_refused_whatever_its_address(
    campaign: Campaign, lena: SocialAccount, ada: User
) -> None:
    parent = previewed(campaign, ada, "url,platform", f"{REEL},TikTok", f"{OTHER_REEL},IG")
    assert fates(parent) == ["error", "new"]
    assert "Send the creator an order" in reasons(parent)[0]


def test_wrong_rows_say_why(campaign: Campaign, lena: SocialAccount, ada: User) -> None:
    known = a_network_post(a_network_account("rio.runs", campaign=campaign), "known1")
    parent = previewed(
        campaign,
        ada,
        "url,account,network,published,views",
        "nonsense,,,,",
        ",@lena.lifts,,,5",
        f"{REEL},,,,",
        f"{REEL},@nobody,,,",
        f"{REEL},a b c,,,",
        f"{REEL},@lena.lifts,YouTube,,",
        f"{REEL},@lena.lifts,MySpace,,",
        f"{REEL},@lena.lifts,,yesterday,",
        f"{REEL},@lena.lifts,,2999-01-01,",
        f"{REEL},@lena.lifts,,2026-11-12 25:99,",
        f"{REEL},@lena.lifts,,,many",
        f"{FILM},,,,",
        f"https://www.instagram.com/p/{known.network_post_id}/,@lena.lifts,,,",
    )
    assert reasons(parent) == [
        "This is no address of a post on Instagram, YouTube, X, Facebook or Twitch. Open the post and paste its address.",
        "The row has no address of a post.",
        "The row does not say whose post this is. Add a column with the Instagram account.",
        "@nobody takes no part in this campaign. Add the account above the rows, or under Influencers.",
        "This is not an Instagram handle. Enter it as @name, or paste the address of the profile, such as https://www.instagram.com/name.",
        "The address is one of Instagram, the row names another.",
        "is none of Instagram, YouTube, X, Facebook and Twitch.",
        "is no date. Write it as 2026-11-29.",
        "is not a moment that is past, from the year 2000 on.",
        "is no time of a day.",
        "is not a count.",
        "The row does not say whose post this is. Add a column with the YouTube account.",
        "This post is known as one of @rio.runs.",
    ]


def test_the_only_account_of_a_network_needs_no_name(
    campaign: Campaign, lena: SocialAccount, ada: User
) -> None:
    named = "https://www.instagram.com/lena.lifts/p/Abcde12345/"
    parent = imported(campaign, ada, "url", REEL, named)
    assert fates(parent) == ["new", "new"]
    assert {post.account for post in NetworkPost.objects.all()} == {lena}


def test_the_first_row_about_a_post_counts(
    campaign: Campaign, lena: SocialAccount, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.services.imports.kinds.TEXT_ROWS", 2)
    parent = previewed(
        campaign, ada, "url,views", f"{REEL},x", f"{REEL},1", f"{REEL},2", f"{REEL},3"
    )
    assert fates(parent) == ["error", "new", "duplicate", "duplicate"]
    assert [row.duplicate_of for row in parent.rows.order_by("number")] == [None, None, 3, 3]


@pytest.mark.usefixtures("lena")
def test_a_column_with_addresses_is_needed(campaign: Campaign, ada: User) -> None:
    parent = previewed(campaign, ada, "Caption,Views", "Hello,5")
    with pytest.raises(TableRefused, match="the address of the post"):
        begin_import(parent, actor=ada)


@pytest.mark.usefixtures("lena")
def test_a_mapping_is_remembered_for_posts_alone(campaign: Campaign, ada: User) -> None:
    ImportMapping.objects.create(
        signature="0" * 64, about="influencers", columns=[], remembered_from="x"
    )
    parent = previewed(campaign, ada, "Where,Views", f"{REEL},5")
    map_columns(
        parent,
        [{"field": "url", "policy": "fill_empty"}, {"field": "views", "policy": "overwrite"}],
        actor=ada,
    )
    finish()
    begin_import(again(parent), actor=ada)
    finish()
    later = previewed(campaign, ada, "Where,Views", f"{OTHER_REEL},5")
    assert later.remembered_from == "posts.csv"
    assert [column["field"] for column in later.columns] == ["url", "views"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-11-12", "2026-11-12 00:00"),
        ("2026-11-12T09:05:00Z", "2026-11-12 09:05"),
        ("2026-11-12T10:05:00+01:00", "2026-11-12 09:05"),
        ("12.11.2026 09:05", "2026-11-12 09:05"),
        ("12.11.2026 09:05:30", "2026-11-12 09:05"),
    ],
)
@pytest.mark.usefixtures("lena")
def test_moments_are_read_as_they_are_written(
    campaign: Campaign, ada: User, written: str, read: str
) -> None:
    parent = previewed(campaign, ada, "url,published", f"{REEL},{written}")
    assert parent.rows.get().values["published_at"] == read
    assert spelled(moment_of(read)) == read


@pytest.mark.usefixtures("lena")
def test_a_workbook_is_read_as_a_text_is(campaign: Campaign, ada: User) -> None:
    moment = datetime.fromisoformat("2026-11-12T09:30")
    rows = ["url", "published", "views"], [REEL, moment, 1200.0], [OTHER_REEL, moment.date(), 7]
    upload = SimpleUploadedFile("posts.xlsx", workbook(*rows))
    parent = start_posts_import(campaign, upload, only_finds=False, actor=ada)
    finish()
    read = [row.values for row in parent.rows.order_by("number")]
    assert [(values["published_at"], values["views"]) for values in read] == [
        ("2026-11-12 09:30", 1200),
        ("2026-11-12 00:00", 7),
    ]


# --- since the preview ---
def test_what_changed_since_the_preview_is_left_out(
    campaign: Campaign, lena: SocialAccount, ada: User
) -> None:
    changed = a_network_post(lena, "D9aB_c-2Def", caption="Mine")
    place = a_place(campaign, changed)
    gone = a_network_post(lena, "Gone12345", caption="")
    rio = a_network_account("rio.runs", "x", campaign=campaign)
    parent = previewed(
        campaign,
        ada,
        "url,views,caption",
        f"{REEL},5,",
        f"{OTHER_REEL},5,",
        "https://www.instagram.com/p/Gone12345/,5,x",
        "https://x.com/rio.runs/status/1850000000000000001,5,",
        "https://x.com/i/status/1850000000000000002,5,",
    )
    a_network_post(lena, "C8xY_z-1Abc")
    change_network_post(place, PostFacts("Mine", counts={"views": 9}), actor=None)
    gone.delete()
    rio.participations.all().delete()
    begin_import(parent, actor=ada)
    finish()
    words = reasons(parent)
    assert "Since the preview somebody has added this post." in words[0]
    assert "Since the preview somebody has changed this post." in words[1]
    assert "Since the preview somebody has changed this post." in words[2]
    assert "has left the campaign" in words[-1]
    assert not PostReading.objects.filter(source="imported").exists()


def test_an_import_into_a_campaign_that_is_gone_says_so(
    campaign: Campaign, lena: SocialAccount, ada: User
) -> None:
    parent = previewed(campaign, ada, HEAD, ROW)
    Import.objects.filter(pk=parent.pk).update(context={"campaign": 0, "way": "list"})
    map_columns(again(parent), parent.columns, actor=ada)
    finish()
    assert "no longer there" in again(parent).job.problem  # type: ignore[union-attr]


# --- taking back ---
def test_what_an_import_added_goes_and_what_it_changed_returns(
    campaign: Campaign, lena: SocialAccount, ada: User
) -> None:
    post = a_network_post(lena, "D9aB_c-2Def", caption="", published_at=None)
    place = a_place(campaign, post)
    change_network_post(
        place, PostFacts("", None, {"views": 7}, COUNTED_AT - timedelta(days=1)), actor=None
    )
    untimed = a_network_post(lena, "Looked12345")
    lines = (
        HEAD,
        ROW,
        f"{OTHER_REEL},,New words,2026-11-13,70,",
        "https://www.instagram.com/p/Looked12345/,,,,1,",
    )
    parent = imported(campaign, ada, *lines)
    assert fates(parent) == ["new", "update", "update"]
    parent = taken_back(parent, ada)
    assert parent.is_rolled_back
    post.refresh_from_db()
    place.refresh_from_db()
    assert (post.caption, post.published_at, post.views) == ("", None, 7)
    assert (place.state, place.published_at) == ("listed", None)
    assert set(NetworkPost.objects.all()) == {post, untimed}
    assert list(PostPlace.objects.all()) == [place]
    assert Event.objects.filter(verb=Verb.NETWORK_POSTS_IMPORT_UNDONE).exists()
    outcome = {row["key"]: row["count"] for row in parent.job.outcome}  # type: ignore[union-attr]
    assert (outcome["removed"], outcome["returned"]) == (1, 2)


def test_what_changed_since_an_import_stays(
    campaign: Campaign, lena: SocialAccount, ada: User
) -> None:
    other = a_campaign("Other")
    a_network_post(lena, "D9aB_c-2Def", caption="")
    known = f"{OTHER_REEL},,New words,,,"
    third = "https://www.instagram.com/p/Third12345/,,Third,2026-11-12,5,"
    fourth = "https://www.instagram.com/p/Fourth1234/,,Fourth,2026-11-12,5,"
    parent = imported(campaign, ada, HEAD, ROW, known, third, fourth)
    places = {place.post.network_post_id: place for place in PostPlace.objects.all()}
    change_network_post(
        places["C8xY_z-1Abc"], PostFacts("Warm up", PUBLISHED_AT, {"views": 9}), actor=None
    )
    change_network_post(places["D9aB_c-2Def"], PostFacts("Others' words"), actor=None)
    move_posts(
        campaign,
        [places["D9aB_c-2Def"].pk],
        PlaceState.REFUSED,
        since=PlaceState.LISTED,
        actor=None,
    )
    a_place(other, places["Third12345"].post)
    NetworkPost.objects.get(network_post_id="Fourth1234").delete()
    parent = taken_back(parent, ada)
    kept = {row.number: row.kept for row in parent.rows.all()}
    assert kept == {
        2: {"+numbers entered since": 1},
        3: {"caption": "Others' words", "place": "Left out"},
        4: {"+places in campaigns": 1},
        5: {},
    }
    assert NetworkPost.objects.get(network_post_id="C8xY_z-1Abc").views == 9
    assert PostPlace.objects.get(post__network_post_id="D9aB_c-2Def").state == "refused"


def test_a_place_that_went_meanwhile_is_no_matter(
    campaign: Campaign, lena: SocialAccount, ada: User
) -> None:
    a_network_post(lena, "C8xY_z-1Abc")
    parent = imported(campaign, ada, "url", REEL)
    PostPlace.objects.all().delete()
    assert taken_back(parent, ada).rows.get().kept == {}


# --- people ---
def test_rows_that_name_somebody_are_forgotten_with_them(
    campaign: Campaign, lena: SocialAccount, ada: User
) -> None:
    parent = previewed(
        campaign,
        ada,
        "url,account,views",
        f"{REEL},@lena.lifts,x",
        f"{OTHER_REEL},,5",
        f"{TIKTOK},@Lena.Lifts,",
    )
    assert parent.rows.count() == 3
    forget_rows_about([lena.influencer_id])
    lena.influencer.delete()
    assert parent.rows.count() == 0


# --- pages ---
def test_an_import_on_its_pages(manager: Client, campaign: Campaign, lena: SocialAccount) -> None:
    start = f"{base(campaign)}networks/import/"
    assert "TikTok posts are refused" in text(manager.get(start))
    assert manager.post(start, {"way": "list", **fresh()}).status_code == 422
    empty = SimpleUploadedFile("posts.csv", b"")
    assert manager.post(start, {"file": empty, "way": "list", **fresh()}).status_code == 422
    a_network_post(lena, "D9aB_c-2Def")
    content = "\n".join((HEAD, ROW, ROW, f"{OTHER_REEL},,,,7,", f"{TIKTOK},,,,,")).encode()
    upload = SimpleUploadedFile("posts.csv", content)
    url = manager.post(start, {"file": upload, "way": "list", **fresh()})["Location"]
    finish()
    page = text(manager.get(url))
    for words in (
        "Warm up", "The same post as in row 2", "In the campaign", "Send the creator an order", "Address of the post",
        "Numbers as of (UTC)", f'href="{start}"',
    ):  # fmt: skip
        assert words in page, words
    assert "Creator<" not in page
    acts = f"/o/oaks/influencers/import/{Import.objects.get().pk}/"
    manager.post(f"{acts}begin/", {"version": 1})
    finish()
    page = text(manager.get(url))
    assert "2 rows imported" in page
    assert f'href="{base(campaign)}networks/"' in page
    assert "New posts are removed" in page
    assert "posts.csv" in text(manager.get(start))
    assert "posts.csv" not in text(manager.get("/o/oaks/influencers/import/"))
    errors = manager.get(f"{acts}left-out/")
    assert "Send the creator an order" in b"".join(errors.streaming_content).decode()  # type: ignore[attr-defined]
    manager.post(f"{acts}check/")
    finish()
    assert "1 post will be removed" in text(manager.get(url))
    manager.post(f"{acts}roll-back/")
    finish()
    assert "1 post removed" in text(manager.get(url))


def test_a_discarded_import_leads_back_to_the_campaign(
    manager: Client, campaign: Campaign, lena: SocialAccount
) -> None:
    start = f"{base(campaign)}networks/import/"
    upload = SimpleUploadedFile("posts.csv", f"url\n{REEL}".encode())
    manager.post(start, {"file": upload, "way": "finds", **fresh()})
    acts = f"/o/oaks/influencers/import/{Import.objects.get().pk}/"
    assert manager.post(f"{acts}discard/")["Location"] == start
    assert Import.objects.count() == 0


def test_a_viewer_imports_nothing(viewer: Client, campaign: Campaign) -> None:
    assert viewer.get(f"{base(campaign)}networks/import/").status_code == 403
