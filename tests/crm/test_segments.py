"""Filters and segments on the page of influencers: chips, tabs, counts, and what each member may save."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import OperationalError
from django.test import Client

from crm.models import Influencer, Segment
from crm.queries.segments import _count, counted_in_words
from tenancy.enums import Role
from tenancy.models import Group, GroupMember, Membership, Organization, User
from tenancy.scope import organization_scope
from tests.crm.conftest import crm_verbs, queries_in
from tests.factories.crm import InfluencerFactory, TikTokAccountFactory
from tests.submitting import fresh

pytestmark = pytest.mark.django_db
LIST = "/o/oak/influencers/"


@pytest.fixture(autouse=True)
def _people(oak: Organization) -> None:
    with organization_scope(oak):
        for name, country in (("Ann", "DE"), ("Bo", "AT"), ("Cy", "")):
            TikTokAccountFactory.create(influencer__name=name, influencer__country=country)


def text(client: Client, url: str) -> str:
    page = client.get(url).content.decode()
    return re.sub(r"[\u2068\u2069]", "", " ".join(re.sub(r"<[^>]+>", " ", page).split()))


def names(client: Client, url: str) -> list[str]:
    return re.findall(r'class="person-name"[^>]*>\W*(\w+)', client.get(url).content.decode())


def href(client: Client, url: str, pattern: str) -> str:
    found = re.search(pattern, client.get(url).content.decode(), re.DOTALL)
    assert found is not None
    return found[1].replace("&amp;", "&")


def test_filters_of_the_address_stand_as_chips_in_words(viewer: Client) -> None:
    url = f"{LIST}?f=country:DE,AT&f=followers:50000..,unknown|kind:unsupported"
    assert names(viewer, url) == ["Ann", "Bo"]
    shown = text(viewer, url)
    assert "Country Germany or Austria" in shown
    assert "and Followers ≥ 50,000 or unknown" in shown
    assert "or TikTok account Unsupported" in shown


def test_what_cannot_be_read_is_said(viewer: Client) -> None:
    assert "There is no filter “colour”. It is left out." in text(viewer, f"{LIST}?f=colour:red")
    assert names(viewer, f"{LIST}?f=colour:red") == ["Ann", "Bo", "Cy"]


def test_chips_are_removed_and_the_words_between_them_turned_around(viewer: Client) -> None:
    both = f"{LIST}?f=country:DE&f=country:AT&q=creator&sort=-followers"
    assert names(viewer, both) == []
    either = href(viewer, both, r'class="join"\s+href="([^"]+)"')
    assert "q=creator" in either
    assert "sort=-followers" in either
    assert names(viewer, either) == ["Bo", "Ann"]
    again = href(viewer, either, r'class="join"\s+href="([^"]+)"')
    assert names(viewer, again) == []
    assert names(viewer, href(viewer, both, r'class="off"\s+href="([^"]+)"')) == ["Bo"]


def test_where_nobody_matches_the_filter_whose_removal_helps_most_is_named(viewer: Client) -> None:
    url = f"{LIST}?f=country:DE,AT&f=country:unknown"
    assert "Remove “Country Germany or Austria” (1)" not in text(viewer, url)
    assert "Remove “Country unknown” (2)" in text(viewer, url)
    assert names(viewer, href(viewer, url, r'btn-primary" href="([^"]+)">Remove')) == ["Ann", "Bo"]


def test_a_filter_is_chosen_written_and_edited_in_a_dialog(viewer: Client) -> None:
    edit = f"{LIST}filter/"
    assert "Engagement rate" in text(viewer, f"{edit}?f=country:DE")
    assert "Austria" in text(viewer, f"{edit}?field=country&f=country:DE")
    added = viewer.get(f"{edit}?f=country:DE&field=views&least=5&unknown=on&apply=1")
    assert added["Location"] == f"{LIST}?f=country%3ADE&f=views%3A5..%2Cunknown"
    url = f"{edit}?f=country:DE&f=views:5..&field=country&at=0&nth=0"
    assert 'value="DE" selected' in viewer.get(url).content.decode()
    changed = viewer.get(f"{url}&value=AT&value=DE&apply=1")
    assert changed["Location"] == f"{LIST}?f=country%3AAT%2CDE&f=views%3A5.."
    lost = viewer.get(f"{edit}?f=country:DE&field=country&at=9&nth=x&value=AT&apply=1")
    assert lost["Location"] == f"{LIST}?f=country%3ADE&f=country%3AAT"
    out = viewer.get(f"{edit}?f=country:DE&field=country&at=9&nth=0&value=AT&apply=1")
    assert out["Location"] == lost["Location"]


def test_a_filter_that_cannot_be_read_stays_in_the_dialog(viewer: Client) -> None:
    answer = viewer.get(f"{LIST}filter/?field=followers&least=many&apply=1")
    assert answer.status_code == 422
    assert "Write one such as" in answer.content.decode()


def test_rows_to_choose_from_are_the_organization_s_own(
    oak: Organization, elm: Organization, viewer: Client
) -> None:
    for organization, name in ((oak, "Mine"), (elm, "Canary")):
        with organization_scope(organization):
            Group.objects.create(name=name, key="x")
    assert "Mine" in text(viewer, f"{LIST}filter/?field=group")
    assert "Canary" not in text(viewer, f"{LIST}filter/?field=group")


def test_filters_are_saved_changed_and_deleted_as_a_segment(
    oak: Organization, manager: Client
) -> None:
    saved = manager.post(
        f"{LIST}segments/add/", {**fresh(), "name": "Food DACH", "f": "country:DE,AT"}
    )
    with organization_scope(oak):
        segment = Segment.objects.get()
    assert saved["Location"] == f"{LIST}?f=country%3ADE%2CAT&segment={segment.pk}"
    assert names(manager, saved["Location"]) == ["Ann", "Bo"]
    assert "Save changes" not in text(manager, saved["Location"])
    changed = f"{LIST}?f=country:DE&segment={segment.pk}"
    assert "Save changes to “Food DACH”" in text(manager, changed)
    assert "Reset" in text(manager, changed)
    manager.post(f"{LIST}segments/{segment.pk}/change/", {"f": "country:DE"})
    assert "Save changes" not in text(manager, changed)
    manager.post(f"{LIST}segments/{segment.pk}/delete/")
    with organization_scope(oak):
        assert not Segment.objects.exists()
        assert crm_verbs()[-3:] == ["segment.created", "segment.changed", "segment.deleted"]


def test_a_segment_needs_a_name_that_can_be_seen(oak: Organization, manager: Client) -> None:
    for name in ("", "\u200b\u2060"):
        answer = manager.post(f"{LIST}segments/add/", {**fresh(), "name": name, "f": "country:DE"})
        assert answer.status_code == 422
    with organization_scope(oak):
        assert not Segment.objects.exists()


def test_a_segment_is_its_owner_s_unless_it_is_shared(
    oak: Organization, manager: Client, signed_in: Callable[[Role], Client]
) -> None:
    admin = signed_in(Role.ADMIN)
    manager.post(f"{LIST}segments/add/", {**fresh(), "name": "Only mine", "f": "country:DE"})
    manager.post(
        f"{LIST}segments/add/", {**fresh(), "name": "Ours", "f": "country:DE", "is_shared": "on"}
    )
    assert "Ours" in text(admin, LIST)
    assert "Only mine" not in text(admin, LIST)
    with organization_scope(oak):
        private = Segment.objects.get(name="Only mine")
    assert admin.post(f"{LIST}segments/{private.pk}/delete/").status_code == 404


def test_a_viewer_saves_nothing(viewer: Client) -> None:
    assert viewer.post(f"{LIST}segments/add/", {**fresh(), "name": "x"}).status_code == 403
    assert "Save as a segment" not in text(viewer, f"{LIST}?f=country:DE")


def test_how_many_match_comes_after_the_page(viewer: Client) -> None:
    shown = text(viewer, f"{LIST}count/?f=country:DE")
    assert shown.startswith("1 creator All 3 Authenticated 0 Permission ends soon 0 Unsupported 0")


def test_a_count_knows_who_was_added_just_now(oak: Organization, viewer: Client) -> None:
    assert "All 3" in text(viewer, f"{LIST}count/")
    with organization_scope(oak):
        Influencer.objects.create(name="Fourth")
    assert "All 4" in text(viewer, f"{LIST}count/")


def test_a_count_that_was_slow_is_kept_for_minutes(
    oak: Organization, viewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.queries.segments.SLOW", -1)
    assert "All 3" in text(viewer, f"{LIST}count/")
    with organization_scope(oak):
        Influencer.objects.create(name="Fourth")
    assert "All 3" in text(viewer, f"{LIST}count/")


def test_counts_are_those_of_the_groups_a_member_sees(oak: Organization, viewer: Client) -> None:
    person = User.objects.create_user("limited@oak.example", "secret")
    Membership.objects.create(organization=oak, user=person, role=Role.MANAGER, is_limited=True)
    with organization_scope(oak):
        group = Group.objects.create(name="Food", key="food")
        GroupMember.objects.create(group=group, user=person)
        Influencer.objects.filter(name="Ann").update(group=group)
    limited = Client()
    limited.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "All 3" in text(viewer, f"{LIST}count/")
    assert "All 1" in text(limited, f"{LIST}count/")
    assert names(limited, f"{LIST}?f=country:DE,AT") == ["Ann"]


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0"),
        (10_000, "10,000"),
        (10_049, "about 10,000"),
        (412_345, "about 412,000"),
        (None, "many"),
    ],
)
def test_counts_beyond_ten_thousand_are_about(count: int | None, words: str) -> None:
    assert counted_in_words(count) == words


@pytest.mark.usefixtures("_scope")
def test_counting_gives_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(_: object) -> int:
        raise OperationalError("canceling statement due to statement timeout")

    monkeypatch.setattr("django.db.models.QuerySet.count", late)
    assert _count(Influencer.objects.all()) is None


def test_filters_cost_the_same_few_queries_whatever_the_length(
    oak: Organization, viewer: Client
) -> None:
    url = f"{LIST}?f=country:DE,AT&f=followers:..5,unknown&sort=-followers"
    cost = queries_in(viewer, url)
    with organization_scope(oak):
        for _ in range(5):
            TikTokAccountFactory.create(influencer__country="DE")
        InfluencerFactory.create(country="DE")
    assert queries_in(viewer, url) == cost <= 12
    assert queries_in(viewer, url, **{"HX-Request": "true"}) <= 8
