"""Posts in campaigns are found by words of their captions, however old, as these are now and by whoever may see them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection

from campaigns.enums import PlaceState, PostOrigin
from campaigns.models import NetworkPost, PlaceWord, Post, PostPlace, PostWord
from campaigns.models.captions import words_in
from campaigns.queries.search import caption_words, network_posts_about, posts_about
from campaigns.services.legacy.cutting_over import cut_over, reverse_cut_over
from campaigns.services.legacy.planning import make_plan
from campaigns.services.posts import remove_post
from crm.services.influencers import delete_influencer
from tenancy.models import Group
from tenancy.scope import groups_scope, organization_scope
from tests.connecting import an_organization
from tests.factories.campaigns import PUBLISHED_AT, a_campaign, a_post, a_video, an_account
from tests.factories.networks import a_network_account, a_network_post, a_place
from tests.owning import django_as_owner
from tiktok.enums import Source
from tiktok.models import LegacyMigration, Video
from tiktok.services.legacy.purging import run_purge, start_purge

MIGRATION = import_module("campaigns.migrations.0033_words_of_captions")
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("organization")]
Make = Callable[[str], Post | PostPlace]
NEWER = 510


def found(search: str) -> list[str]:
    """The captions that are found, those of TikTok first."""
    words = caption_words(search)
    posts = [post.video.caption for post in posts_about(search, words) if post.video]
    return posts + [place.post.caption for place in network_posts_about(search, words)]


def a_tiktok_post(caption: str, group: Group | None = None) -> Post:
    number = Video.objects.count()
    account = an_account(f"creator{number}")
    account.influencer.group = group
    account.influencer.save()
    return a_post(a_campaign(), a_video(account, str(number), caption=caption))


def another_post(caption: str, group: Group | None = None) -> PostPlace:
    number = NetworkPost.objects.count()
    account = a_network_account(f"creator{number}", group=group)
    return a_place(a_campaign(), a_network_post(account, str(number), caption=caption))


def newer_ones(place: Post | PostPlace) -> None:
    """Hundreds beside it that were published later."""
    times = [PUBLISHED_AT + timedelta(minutes=n + 1) for n in range(NEWER)]
    if isinstance(place, PostPlace):
        kept = NetworkPost.objects.bulk_create(
            NetworkPost(account=place.account, network="instagram", network_post_id=f"n{n}", caption=f"Later {n}", published_at=at)
            for n, at in enumerate(times)
        )  # fmt: skip
        PostPlace.objects.bulk_create(
            PostPlace(campaign=place.campaign, account=place.account, post=each, published_at=each.published_at, origin=place.origin)
            for each in kept
        )  # fmt: skip
        return
    videos = Video.objects.bulk_create(
        Video(creator=place.account.creator, tiktok_video_id=f"n{n}", source=Source.PUBLIC, caption=f"Later {n}", published_at=at,
              counts_source=Source.PUBLIC, counts_fetched_at=at)
        for n, at in enumerate(times)
    )  # fmt: skip
    Post.objects.bulk_create(
        Post(campaign=place.campaign, account=place.account, network="tiktok", network_post_id=each.tiktok_video_id, video=each,
             origin=PostOrigin.BY_HAND, published_at=each.published_at)
        for each in videos
    )  # fmt: skip


BOTH = pytest.mark.parametrize("make", [a_tiktok_post, another_post])
CAPTION = "Focáccia on EMBERS,l’amour🔥with @tom.paints #Straßenfest 手作りパン"


@BOTH
@pytest.mark.parametrize(
    "search",
    [
        "focaccia", "Embers", "foc emb", "embers FOCÁCCIA", "tom.paints", "@tom", "paints", "#straßen", "strassenfest", "作り",
        "l'amour", "amour 🔥", "L’Am",
    ],
)  # fmt: skip
def test_a_post_is_found_by_the_beginnings_of_all_words_in_any_case_and_accents(
    make: Make, search: str
) -> None:
    make(CAPTION)
    make("Bread")
    assert found(search) == [CAPTION]


@BOTH
@pytest.mark.parametrize("search", ["mbers", "focaccia bread", "nobody", "🔥", "@", "\x00"])
def test_a_part_of_a_word_a_word_of_another_caption_and_a_sign_find_nothing(
    make: Make, search: str
) -> None:
    make(CAPTION)
    make("Bread")
    assert found(search) == []


@pytest.fixture(params=["gathered", "near", "far"])
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every word finds so many that this way is taken."""
    if request.param != "gathered":
        for name in ("MANY", "GATHERED"):
            monkeypatch.setattr(f"crm.queries.search.{name}", 0)
    if request.param == "far":
        monkeypatch.setattr("campaigns.queries.search.NEAR", 3)


@BOTH
@pytest.mark.usefixtures("_way")
def test_a_post_is_found_however_many_are_newer(make: Make) -> None:
    newer_ones(make(CAPTION))
    assert found("focaccia") == found("emb foc") == [CAPTION]
    assert found("later") == [f"Later {n}" for n in range(NEWER - 1, NEWER - 6, -1)]


@BOTH
def test_a_post_is_found_by_its_caption_as_it_is_now(make: Make) -> None:
    make("Focaccia")
    for model in (Video, NetworkPost):
        model.objects.update(caption="Bread")
    assert (found("focaccia"), found("bread")) == ([], ["Bread"])
    for model in (Video, NetworkPost):
        model.objects.update(caption="")
    assert not PostWord.objects.exists()
    assert not PlaceWord.objects.exists()


def test_a_post_is_found_once_its_video_is_known() -> None:
    post = a_tiktok_post("Focaccia")
    video = post.video
    Post.objects.update(video=None)
    assert found("focaccia") == []
    Post.objects.update(video=video)
    assert found("focaccia") == ["Focaccia"]


def test_a_post_of_several_campaigns_is_found_in_each() -> None:
    post = a_tiktok_post("Focaccia")
    a_post(a_campaign("Winter"), post.video)
    Video.objects.update(caption="Bread")
    assert found("bread") == ["Bread", "Bread"]


def test_the_first_hundred_words_of_a_caption_find() -> None:
    words = [f"w{number:03}" for number in range(110)]
    another_post(" ".join(reversed(words)))
    assert set(PlaceWord.objects.values_list("word", flat=True)) == set(words[10:])


def test_searches_are_cut_where_captions_are() -> None:
    letters = [
        chr(n) for n in (*range(0x1, 0xD800), *range(0xF900, 0x10000), *range(0x1F000, 0x1FB00))
    ]
    signs = [each for each in letters if not words_in(each)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT letter FROM unnest(%s::text[]) AS letter WHERE letter ~ %s",
            [letters, f"[{MIGRATION.BETWEEN}]"],
        )
        assert [letter for (letter,) in cursor.fetchall()] == signs


def test_a_video_that_stands_in_no_campaign_has_no_words() -> None:
    video = a_video(an_account("maya.bakes"), "1", caption="Focaccia")
    a_network_post(a_network_account("lena"), "1", caption="Focaccia")
    Video.objects.update(caption="Bread")
    NetworkPost.objects.update(caption="Bread")
    assert not PostWord.objects.exists()
    assert not PlaceWord.objects.exists()
    a_post(a_campaign(), video)
    assert found("bread") == ["Bread"]


# --- whose posts, and which ---
@BOTH
def test_members_of_groups_find_posts_of_theirs_only(make: Callable[..., object]) -> None:
    mine = Group.objects.create(name="Food", key="food")
    other = Group.objects.create(name="Sport", key="sport")
    make("Focaccia of theirs", group=other)
    make("Focaccia of nobody's")
    for groups, expected in (([mine.pk], []), ([other.pk], ["Focaccia of theirs"])):
        with groups_scope(groups):
            assert found("focaccia") == expected
    assert len(found("focaccia")) == 2


@BOTH
def test_another_organization_finds_nothing(make: Make) -> None:
    make("Focaccia")
    with organization_scope(an_organization("Elms")):
        assert found("focaccia") == []
        assert not PostWord.objects.exists()
        assert not PlaceWord.objects.exists()


def test_what_is_not_listed_is_not_found() -> None:
    a_tiktok_post("Focaccia")
    another_post("Focaccia")
    Post.objects.update(origin=PostOrigin.ORDER, published_since=None)  # in review
    PostPlace.objects.update(state=PlaceState.REFUSED)
    assert found("focaccia") == []
    PostPlace.objects.update(state=PlaceState.LISTED)
    assert found("focaccia") == ["Focaccia"]


def test_a_post_that_is_removed_leaves_no_word() -> None:
    post, place = a_tiktok_post("Focaccia"), another_post("Focaccia")
    remove_post(post, actor=None)
    place.delete()
    assert not PostWord.objects.exists()
    assert not PlaceWord.objects.exists()


@BOTH
def test_who_is_deleted_leaves_no_word(make: Make) -> None:
    place = make("Focaccia")
    delete_influencer(place.account.influencer, actor=None)
    assert not PostWord.objects.exists()
    assert not PlaceWord.objects.exists()


def test_a_post_of_the_old_source_is_found_until_the_cut_over_and_leaves_no_word_to_its_purge() -> (
    None
):
    post = a_tiktok_post("Focaccia")
    Video.objects.update(source=Source.LEGACY, counts_source=Source.LEGACY)
    Post.objects.update(origin=PostOrigin.LEGACY)
    LegacyMigration.objects.create()
    assert found("focaccia") == ["Focaccia"]
    cut_over(make_plan(actor=None), actor=None)
    assert found("focaccia") == []
    reverse_cut_over(actor=None)
    assert found("focaccia") == ["Focaccia"]
    cut_over(make_plan(actor=None), actor=None)
    run_purge(start_purge(actor=None))
    assert Post.objects.get(pk=post.pk).video is None
    assert not PostWord.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_migration_fills_in_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The statement as it stands in the migration, asked as the owner; by then the keys of the tables exist already."""
    a_tiktok_post(CAPTION)
    another_post("Bread")
    before = [set(each.objects.values_list()) for each in (PostWord, PlaceWord)]
    for each in (PostWord, PlaceWord):
        each.objects.all().delete()
    with django_as_owner(monkeypatch), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE;" + MIGRATION.FILL)
    assert [set(each.objects.values_list()) for each in (PostWord, PlaceWord)] == before
    assert all(before)
