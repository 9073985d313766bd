"""A search that nothing else narrows shows the best match first, whatever it finds, page by page and each influencer once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from crm.models import Influencer, Note, SocialAccount
from crm.queries import MATCH, influencer_page
from crm.queries.filters import read_address
from crm.services.influencers import archive_influencers
from tenancy.models import Group, Organization
from tenancy.scope import groups_scope, organization_scope
from tests.factories.crm import InfluencerFactory, TikTokAccountFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_scope")]


def named(*names: str) -> list[Influencer]:
    return [Influencer.objects.create(name=name) for name in names]


def found(search: str, **more: Any) -> list[str]:
    page = influencer_page(search=search, sort=MATCH, **more)
    return [row.influencer.name for row in page.rows]


def a_note(influencer: Influencer, text: str) -> None:
    Note.objects.create(influencer=influencer, text=text)


def test_names_come_before_bios_and_bios_before_notes_and_the_very_word_before_longer_ones() -> (
    None
):
    noted, described, longer, exact, within = named(
        "Ada", "Bo", "Kernel Cy", "Dee Kern", "Eckern Fay"
    )
    TikTokAccountFactory.create(influencer=described, creator__bio="All about kern and bread")
    a_note(noted, "Likes kern oil")
    a_note(exact, "Kern, of course")  # stands once, by her name
    assert found("kern") == ["Dee Kern", "Eckern Fay", "Kernel Cy", "Bo", "Ada"]
    assert found("KERN") == found("@kern") == found("kern")
    assert found("kerne") == ["Kernel Cy"]
    assert sorted(found("kern")) == [
        row.influencer.name for row in influencer_page(search="kern").rows
    ]
    assert [each.name for each in (longer, within)] == ["Kernel Cy", "Eckern Fay"]


def test_one_or_two_characters_are_the_beginning_of_a_word() -> None:
    named("Ox Ada", "Oxana", "Box")
    assert found("ox") == ["Ox Ada", "Oxana"]


def test_an_influencer_stands_where_the_first_of_their_words_does() -> None:
    named("Kernelia Kern", "Kerna")
    assert found("kern") == ["Kernelia Kern", "Kerna"]


def test_each_word_must_be_found_whichever_is_the_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    both, _, other = named("Maël Kern", "Maël Fitz", "Noor Kernel")
    a_note(other, "A friend of Maël")
    for many in (50_000, 0):  # looked for among those found, and one by one
        monkeypatch.setattr("crm.queries.search.MANY", many)
        assert found("mael kern") == found("kern mael") == [both.name, other.name]
        assert found("mael kerne") == [other.name]
        assert found("mael nobody") == []


def test_who_is_archived_or_of_another_group_or_organization_is_not_found(
    elm: Organization,
) -> None:
    gone, mine, other = named("Kern Gone", "Kern Mine", "Kern Other")
    archive_influencers([gone], actor=None)
    with organization_scope(elm):
        named("Kern Elm")
    assert found("kern") == ["Kern Mine", "Kern Other"]
    group = Group.objects.create(name="Food", key="food")
    Influencer.objects.filter(pk=mine.pk).update(group=group)
    with groups_scope([group.pk]):
        assert found("kern") == ["Kern Mine"]
    assert other.name in found("kern")


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_pages_lead_through_all_of_them_and_back(size: int) -> None:
    people = named(*(f"Kern{n} Kernel" for n in range(4)), "Ada", "Bo", "Cy")
    SocialAccount.objects.create(
        influencer=people[0], network="instagram", account_type="instagram", handle="kern.zero"
    )
    for described in people[4:6]:
        TikTokAccountFactory.create(influencer=described, creator__bio="kern")
    for noted in people[3:]:
        a_note(noted, "kern")
        a_note(noted, "kern again, kernel too")
    whole = found("kern")
    assert sorted(whole) == sorted(each.name for each in people)
    page = influencer_page(search="kern", sort=MATCH, size=size)
    ahead = [page]
    while page.next_cursor:
        page = influencer_page(search="kern", sort=MATCH, size=size, cursor=page.next_cursor)
        ahead.append(page)
    assert [row.influencer.name for each in ahead for row in each.rows] == whole
    back = [page]
    while page.previous_cursor:
        page = influencer_page(search="kern", sort=MATCH, size=size, cursor=page.previous_cursor)
        back.insert(0, page)
    assert [row.influencer.name for each in back for row in each.rows] == whole
    assert ahead[0].previous_cursor is None


@pytest.mark.parametrize("search", ["", " @ "])
def test_without_a_word_it_is_the_list_by_name(search: str) -> None:
    named("Bo", "Ada")
    assert found(search) == ["Ada", "Bo"]


def test_with_a_filter_it_is_the_list_by_name() -> None:
    named("Ada Kernel", "Zoe Kern")
    Influencer.objects.update(country="DE")
    assert found("kern") == ["Zoe Kern", "Ada Kernel"]
    assert found("kern", reading=read_address(["country:DE"])) == ["Ada Kernel", "Zoe Kern"]


def test_a_page_costs_as_many_queries_whoever_is_found(
    django_assert_max_num_queries: Callable[[int], Any],
) -> None:
    for n in range(60):
        TikTokAccountFactory.create(
            influencer=InfluencerFactory.create(name=f"Kern {n}"), creator__bio="kern"
        )
    with django_assert_max_num_queries(3):
        assert len(found("kern")) == 50
    with django_assert_max_num_queries(7):  # all tables, to the end
        assert found("kernel") == []


def test_the_page_says_so_and_its_links_keep_the_order(oak: Organization, viewer: Client) -> None:
    with organization_scope(oak):
        named("Kernel Ada", "Kern Zoe")
    page = viewer.get("/o/oak/influencers/?q=kern").content.decode()
    assert page.index("Kern Zoe") < page.index("Kernel Ada")
    assert "The best match stands first" in page
    assert '<option value="match" selected>Best match</option>' in page
    assert 'aria-sort="ascending"' not in page
    by_name = viewer.get("/o/oak/influencers/?q=kern&sort=-name").content.decode()
    assert by_name.index("Kernel Ada") < by_name.index("Kern Zoe")
    assert "best match" not in by_name.lower()
    assert 'name="sort" value="-name"' in by_name
    filtered = viewer.get("/o/oak/influencers/?q=kern&f=email:unknown").content.decode()
    assert "best match" not in filtered.lower()
    assert "sort=" not in filtered.split("chip")[1]  # without the filter it is the best match again
    named_so = viewer.get("/o/oak/influencers/?q=kern&sort=name").content.decode()
    assert 'name="sort" value="name"' in named_so
    assert (
        'name="sort"'
        not in viewer.get("/o/oak/influencers/?sort=name").content.decode().split("only-phone")[0]
    )
