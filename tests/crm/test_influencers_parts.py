"""Influencers are found by parts of their names and addresses, and by words of their bios and notes, as these are now."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection
from django.utils import timezone

from crm.models import (
    SEARCHED,
    BioWord,
    Influencer,
    Note,
    NoteWord,
    OtherAddress,
    SearchPart,
    SearchWord,
    SocialAccount,
)
from crm.models.search import SAMPLED, all_texts
from crm.queries import found, influencer_page
from crm.queries.search import estimates, suggested
from crm.services.merging.undo import undo_merge
from crm.services.notes import delete_note, edit_note, write_note
from tenancy.models import Group, Organization, User
from tenancy.scope import groups_scope, organization_scope
from tests.crm.merging.conftest import merge
from tests.factories.crm import (
    ConsentFactory,
    CreatorFactory,
    InfluencerFactory,
    TikTokAccountFactory,
)
from tests.owning import django_as_owner
from tiktok.models import Connection, Consent, Creator

MIGRATION = import_module("crm.migrations.0007_search_parts_and_texts")
DISPLAY_NAMES = import_module("crm.migrations.0033_display_names_searched")
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_scope")]


def names(search: str) -> list[str]:
    return [row.influencer.name for row in influencer_page(search=search).rows]


def names_without_notes(search: str) -> list[str]:
    return [each.name for each in found(Influencer.objects.all(), search).order_by("sort_name")]


def parts(influencer: Influencer) -> set[str]:
    return set(SearchPart.objects.filter(influencer=influencer).values_list("word", flat=True))


def places() -> set[tuple[str, str]]:
    """Each part, and where its row lies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT word, ctid::text FROM crm_searchpart")
        return set(cursor.fetchall())


# --- parts -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "search",
    ["bake", "ebake", "seebakery", "kery", "baker SEE", "ery@oa", "kery.insta", "@ebak", ".insta", "STÅK"],
)  # fmt: skip
def test_a_part_of_a_name_an_address_or_a_handle_finds(search: str) -> None:
    maya = InfluencerFactory.create(name="Seebakery Bostäkk", email="seebakery@oak.example")
    SocialAccount.objects.create(
        influencer=maya, network="instagram", account_type="instagram", handle="seebakery.insta"
    )
    InfluencerFactory.create(name="Tom", email="tom@elm.example")
    assert names(search) == names_without_notes(search) == ["Seebakery Bostäkk"]


def test_two_letters_find_the_beginnings_of_words_only() -> None:
    InfluencerFactory.create(name="Seebakery", email="")
    assert names("se") == ["Seebakery"]
    assert names("ba") == names("ry") == []
    assert names("ery") == ["Seebakery"]


@pytest.mark.parametrize(
    ("name", "search"),
    [
        ("王小明", "小明"),
        ("王小明", "明"),
        ("佐藤はなこ", "はなこ"),
        ("サトウハナ", "ハナ"),
        ("김민수", "민수"),
        ("김민수", "수"),
        ("สมหญิงใจดี", "หญิง"),
    ],
)
def test_names_in_scripts_without_spaces_are_found_from_each_letter_on(
    name: str, search: str
) -> None:
    InfluencerFactory.create(name=name, email="")
    InfluencerFactory.create(name="Tom", email="")
    assert names(search) == [name]


def test_parts_follow_what_changes_and_what_two_texts_share_stays() -> None:
    maya = InfluencerFactory.create(name="Mayabakes", email="mayabakes@oak.example")
    account = SocialAccount.objects.create(
        influencer=maya, network="instagram", account_type="instagram", handle="mayabakes"
    )
    address = OtherAddress.objects.create(influencer=maya, email="bakery@elm.example")
    assert names("akery") == names("yabak") == ["Mayabakes"]
    maya.name = "Maya Kern"
    maya.save()
    assert names("yabakes") == ["Maya Kern"]  # the handle still
    account.delete()
    assert names("yabakes@oak") == ["Maya Kern"]
    Influencer.objects.update(email="")
    assert names("yabakes") == []
    OtherAddress.objects.update(email="wintery@elm.example")
    assert (names("akery"), names("inter")) == ([], ["Maya Kern"])
    address.delete()
    assert parts(maya) == {"maya", "aya", "kern", "ern"}


def test_a_display_name_finds_as_the_name_does() -> None:
    maya = InfluencerFactory.create(
        name="Maya Kern", display_name="Seebäckerin Maya", email="maya@elm.example"
    )
    assert names("seebäckerin") == names("ckerin") == names("se") == ["Maya Kern"]
    maya.display_name = "Brotwerk"
    maya.save()
    assert names("ckerin") == names("se") == []
    assert names("otwerk") == names("br") == names("maya ker") == ["Maya Kern"]
    Influencer.objects.update(display_name="")
    assert names("otwerk") == names("br") == []
    assert names("aya ker") == ["Maya Kern"]


def test_an_account_takes_its_parts_and_its_bio_to_another_influencer() -> None:
    maya, rio = InfluencerFactory.create(name="Maya"), InfluencerFactory.create(name="Rio")
    account = TikTokAccountFactory.create(
        influencer=maya, creator__handle="mayabakes", creator__bio="Bread for everyone"
    )
    account.influencer = rio
    account.save()
    assert names("yabak") == names("bread") == ["Rio"]


def test_parts_that_stay_are_not_written_anew() -> None:
    maya = InfluencerFactory.create(name="Maya Kern", email="")
    before = places()
    Influencer.objects.filter(pk=maya.pk).update(country="SE")
    maya.name = "Maya Kerner"
    maya.save()
    assert before != set()
    assert places() >= {each for each in before if each[0] in {"maya", "aya"}}


# --- bios and notes ----------------------------------------------------------------------------------------------
def test_a_bio_finds_by_the_beginnings_of_its_words_as_long_as_it_stands() -> None:
    account = TikTokAccountFactory.create(
        influencer__name="Maya", creator__bio="Säuerteig & bread, 手作りパン"
    )
    for search in ("sauer", "bread", "手作り", "パン", "mayA brea"):
        assert names(search) == names_without_notes(search) == ["Maya"], search
    assert names("auerteig") == []
    account.creator.bio = "Cakes"
    account.creator.save()
    assert (names("bread"), names("cakes")) == ([], ["Maya"])
    account.creator.bio = ""
    account.creator.save()
    assert names("cakes") == []
    assert not BioWord.objects.exists()


def test_a_bio_that_is_known_before_the_account_finds_too() -> None:
    creator = CreatorFactory.create(bio="Bread for everyone")
    TikTokAccountFactory.create(creator=creator, influencer__name="Maya")
    assert names("everyone") == ["Maya"]


def test_a_bio_finds_only_while_a_page_shows_it() -> None:
    account = TikTokAccountFactory.create(
        influencer__name="Maya", creator__bio="Bread", creator__marketplace_status="not_in"
    )
    creator = account.creator
    assert names("bread") == []
    Creator.objects.filter(pk=creator.pk).update(marketplace_status="in")
    assert names("bread") == ["Maya"]
    Creator.objects.filter(pk=creator.pk).update(marketplace_status="invited")
    assert names("bread") == []
    consent = ConsentFactory.create(creator=creator)
    grant = Connection.objects.filter(pk=consent.connection_id)
    for state in ("active", "expiring"):
        grant.update(state=state)
        assert names("bread") == ["Maya"], state
        grant.update(state="expired")
        assert names("bread") == [], state
    grant.update(state="active")
    assert names("bread") == ["Maya"]
    Consent.objects.filter(pk=consent.pk).update(withdrawn_at=timezone.now())
    assert names("bread") == []
    assert not BioWord.objects.exists()


def test_a_note_finds_members_until_it_is_edited_or_deleted(owner: User) -> None:
    maya = InfluencerFactory.create(name="Maya", email="")
    note = write_note(maya, "Prefers weekends; allergic to nuts.", author=owner)
    assert names("weekend") == names("nuts aller") == names("al") == ["Maya"]
    edit_note(note, "Prefers mornings.", actor=owner)
    assert (names("weekends"), names("morn")) == ([], ["Maya"])
    delete_note(note, actor=owner)
    assert names("morn") == []
    assert not NoteWord.objects.exists()


def test_a_note_finds_nobody_for_those_who_read_no_notes(owner: User) -> None:
    write_note(InfluencerFactory.create(name="Maya"), "Prefers weekends", author=owner)
    assert names_without_notes("weekends") == names_without_notes("we") == []


def test_the_first_five_hundred_words_of_a_text_find() -> None:
    maya = InfluencerFactory.create(name="Maya")
    words = [f"w{number:03}" for number in range(510)]
    Note.objects.create(influencer=maya, text=" ".join(reversed(words)))
    kept = NoteWord.objects.values_list("word", flat=True)
    assert set(kept) == set(words[10:])


def test_a_text_of_many_words_is_folded_once_not_for_each_word() -> None:
    """Told by the plan: of 4,000 characters that are not ASCII, a fold for each word took seconds."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (VERBOSE) SELECT word FROM crm_note, crm_text_words(text) AS word")
        plan = [line.strip() for (line,) in cursor.fetchall()]
    (key,) = [line for line in plan if line.startswith("Sort Key:")]
    assert key.startswith("Sort Key: (strpos((crm_folded("), key  # brackets: what is computed below


# --- whose rows --------------------------------------------------------------------------------------------------
def filled(group: Group | None = None) -> Influencer:
    """Somebody who stands in each table of the search."""
    account = TikTokAccountFactory.create(
        influencer__name="Seebakery",
        influencer__email="",
        influencer__group=group,
        creator__bio="Bread",
    )
    Note.objects.create(influencer=account.influencer, text="Weekends")
    return account.influencer


def kept(influencer_id: int) -> list[int]:
    return [each.objects.filter(influencer=influencer_id).count() for each in SEARCHED]


SEARCHES = ("ebake", "seeb", "bread", "weekends", "br")


def test_members_of_groups_find_theirs_only() -> None:
    mine = Group.objects.create(name="Food", key="food")
    other = Group.objects.create(name="Sport", key="sport")
    filled(other)
    for groups, expected in (([mine.pk], []), ([other.pk], ["Seebakery"])):
        with groups_scope(groups):
            for search in SEARCHES:
                assert names(search) == expected, search
                assert [each.name for each in suggested(search)] == expected


def test_another_organization_finds_nothing(elm: Organization) -> None:
    filled()
    with organization_scope(elm):
        assert [names(search) for search in SEARCHES] == [[]] * len(SEARCHES)
        assert not any(each.objects.exists() for each in SEARCHED)


def test_who_is_archived_is_not_in_the_list() -> None:
    influencer = filled()
    influencer.archived_at = timezone.now()
    influencer.save()
    assert [names(search) for search in SEARCHES] == [[]] * len(SEARCHES)


def test_who_is_deleted_leaves_no_word() -> None:
    influencer = filled()
    key = influencer.pk
    assert all(kept(key))
    influencer.delete()
    assert kept(key) == [0] * len(SEARCHED)


def test_a_merge_brings_all_words_together_and_its_undo_parts_them(owner: User) -> None:
    maya, rio = InfluencerFactory.create(name="Maya", email=""), filled()
    before = [kept(maya.pk), kept(rio.pk)]
    done = merge(maya, rio)
    assert kept(rio.pk) == [0] * len(SEARCHED)
    for search in ("bread", "weekends"):
        assert names(search) == ["Maya"]
    undo_merge(done, actor=owner)
    assert [kept(maya.pk), kept(rio.pk)] == before


@pytest.mark.django_db(transaction=True)
def test_the_migration_fills_in_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The statement as it stands in the migration, asked as the owner; by then the keys of the tables exist already."""
    influencer = filled()
    OtherAddress.objects.create(influencer=influencer, email="bakery@elm.example")
    tables = [each for each in SEARCHED if each is not SearchWord]
    before = {each: set(each.objects.values_list()) for each in tables}
    for each in tables:
        each.objects.all().delete()
    with django_as_owner(monkeypatch), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE;" + MIGRATION.FILL)
    assert {each: set(each.objects.values_list()) for each in tables} == before
    assert all(before.values())


@pytest.mark.django_db(transaction=True)
def test_the_migration_lets_those_be_found_who_have_a_display_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    maya = InfluencerFactory.create(
        name="Maya", display_name="Seebäckerin Maya", email="m@elm.example"
    )
    InfluencerFactory.create(name="Tom")

    def kept() -> set[tuple[str, int, str]]:
        kinds: tuple[type[SearchWord | SearchPart], ...] = (SearchWord, SearchPart)
        return {
            (kind.__name__, *row)
            for kind in kinds
            for row in kind.objects.values_list("influencer", "word")
        }

    before = kept()
    for entries in (SearchWord, SearchPart):
        entries.objects.filter(influencer=maya, word__endswith="ackerin").delete()
    assert kept() < before
    with django_as_owner(monkeypatch), connection.cursor() as cursor:
        cursor.execute(DISPLAY_NAMES.FILL)
    assert kept() == before


# --- ways --------------------------------------------------------------------------------------------------------
@pytest.fixture(params=["gathered", "walked", "probed"])
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every word finds so many that this way is taken."""
    limits = {"gathered": {}, "walked": {"WALKED": 0}, "probed": {"MANY": 0, "GATHERED": 0}}
    for name, value in limits[request.param].items():
        monkeypatch.setattr(f"crm.queries.search.{name}", value)


@pytest.mark.usefixtures("_way")
@pytest.mark.parametrize("search", ["kern", "ern", "ke", "ada kern", "dam", "bread", "ada bread"])
def test_all_ways_find_the_same(search: str) -> None:
    for name in ("Kern Ada", "Ada Kern", "Kern Bo", "Adam Birke"):
        InfluencerFactory.create(name=name, email="")
    TikTokAccountFactory.create(influencer__name="Ada Zorn", creator__bio="Bread")
    expected = {
        "kern": ["Ada Kern", "Kern Ada", "Kern Bo"],
        "ern": ["Ada Kern", "Kern Ada", "Kern Bo"],
        "ke": ["Ada Kern", "Kern Ada", "Kern Bo"],
        "ada kern": ["Ada Kern", "Kern Ada"],
        "dam": ["Adam Birke"],
        "bread": ["Ada Zorn"],
        "ada bread": ["Ada Zorn"],
    }
    assert names(search) == expected[search]


def test_a_word_that_very_many_share_leaves_nobody_out_whom_a_rare_one_finds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The sample is counted to a bound only, and the true number behind it may be any."""
    monkeypatch.setattr("crm.queries.search.GATHERED", SAMPLED)
    monkeypatch.setattr("crm.queries.search.MANY", SAMPLED // 2)
    many = range(SAMPLED, SAMPLED * 3)  # two of them are of the sample
    Influencer.objects.bulk_create(Influencer(pk=each, name="Bo Kern") for each in many)
    Influencer.objects.create(pk=SAMPLED * 3 + 1, name="Ada Kern")
    assert estimates(["ada", "kern"], all_texts) == [0, SAMPLED * 2]
    assert names("ada kern") == names_without_notes("ada kern") == ["Ada Kern"]


def test_the_palette_names_beginnings_before_parts_and_texts(owner: User) -> None:
    for name in ("Anna Bakery", "Zoe Baker", "Aaron Seebaker"):
        InfluencerFactory.create(name=name, email="")
    write_note(InfluencerFactory.create(name="Abel", email=""), "Baker", author=owner)
    assert [each.name for each in suggested("baker")] == [
        "Anna Bakery", "Zoe Baker", "Aaron Seebaker", "Abel",
    ]  # fmt: skip


def test_the_palette_looks_for_parts_only_where_beginnings_leave_room() -> None:
    for number in range(7):
        InfluencerFactory.create(name=f"Baker {number}", email="")
    InfluencerFactory.create(name="Abaker", email="")
    assert [each.name for each in suggested("baker")] == [f"Baker {n}" for n in range(6)]
