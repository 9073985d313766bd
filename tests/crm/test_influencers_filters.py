"""Filters of the list: the grammar of the address, its words, and whom each of them keeps."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from crm.enums import FieldKind
from crm.models import CustomField, CustomValue, Influencer, OtherAddress
from crm.policies.fields import typed_value
from crm.policies.filters import (
    OWN_SECTION,
    SECTIONS,
    Condition,
    Field,
    Filters,
    Values,
    read_filters,
    section_of,
)
from crm.policies.wording import chip
from crm.queries import fields, influencer_page, texts
from crm.queries.fields import Asker, rules
from crm.queries.filters import _named, read_address
from crm.queries.influencers import SORTS, InfluencerRow
from crm.services.collections.lists import add_to_list, create_list
from crm.services.collections.tags import create_tag, tag_influencers
from crm.services.fields import set_values
from crm.services.influencers import Price, archive_influencers, restore_influencers, set_rates
from tenancy.models import Group, Organization, User
from tenancy.scope import groups_scope, organization_scope
from tests.factories.campaigns import a_campaign, a_participant, an_order
from tests.factories.crm import InfluencerFactory, TikTokAccountFactory, an_authenticated_account
from tiktok.enums import ConnectionState, Source
from tiktok.models import Connection, Video
from ui.letters import bare
from ui.paging import KeysetPage

FIELDS = {
    field.key: field
    for field in (
        Field("country", "Country", Values.CHOICE, {"DE": "Germany", "AT": "Austria"}),
        Field("tag", "Tag", Values.ROW),
        Field("owner", "Owner", Values.ROW, {"me": "me"}),
        Field("followers", "Followers", Values.NUMBER),
        Field("rate", "Engagement rate", Values.PERCENT),
        Field("posted", "Last post", Values.DAY),
        Field("kind", "Kind", Values.CHOICE, {"a": "A"}, has_unknown=False),
        Field("city", "City", Values.TEXT),
        Field("fee", "Fee", Values.MONEY),
        Field(
            "price",
            "Price",
            Values.MONEY,
            aspects={"Network": {"x": "X"}, "Kind": {"video": "Video", "live": "Live"}},
        ),
    )
}


def read(*parts: str) -> Filters:
    return read_filters(parts, FIELDS)


class TestGrammar:
    @pytest.mark.parametrize(
        "part",
        [
            "country:DE,AT",
            "country:DE,unknown",
            "country:unknown",
            "followers:50000..,unknown",
            "followers:..9.5",
            "rate:2..4.5",
            "posted:-30d..today",
            "posted:2026-01-01..+14d",
            "tag:12|tag:3,unknown|country:DE",
            "owner:me,7",
            "city:Bad%7CTown%2C %26co",
            "city:%75nknown,unknown",
            "fee:EUR,100..",
            "fee:EUR,unknown",
            "price:x,video,EUR,..99.5",
            "price:live",
            "price:unknown",
        ],
    )
    def test_what_can_be_read_is_written_the_same(self, part: str) -> None:
        found = read(part)
        assert found.problems == ()
        assert found.address == [part]

    @pytest.mark.parametrize(
        ("part", "problem"),
        [
            ("colour:red", "There is no filter “colour”. It is left out."),
            ("country", "The filter “Country” names no value. It is left out."),
            ("country:,", "The filter “Country” names no value. It is left out."),
            ("country:XX", "The filter “Country” has no value “XX”. It is left out."),
            ("tag:x", "The filter “Tag” has no value “x”. It is left out."),
            ("tag:0", "The filter “Tag” has no value “0”. It is left out."),
            ("kind:unknown", "The filter “Kind” has no value “unknown”. It is left out."),
            (
                "fee:100..",
                "The filter “Fee” names no currency. Write one such as EUR,100..200. It is left out.",
            ),
            ("fee:EUR,USD", "The filter “Fee” names two where one can be. It is left out."),
            ("fee:euro", "The filter “Fee” has no value “euro”. It is left out."),
            ("fee:video,EUR", "The filter “Fee” has no value “video”. It is left out."),
            ("price:video,live", "The filter “Price” names two where one can be. It is left out."),
            ("city:a%00", "The filter “City” has no value “a\x00”. It is left out."),
        ],
    )
    def test_what_cannot_be_read_is_said_and_left_out(self, part: str, problem: str) -> None:
        found = read(part, "country:DE")
        assert found.problems == (problem,)
        assert found.address == ["country:DE"]

    @pytest.mark.parametrize(
        "part",
        [
            "followers:many",
            "followers:5",
            "followers:..",
            "followers:1..2,3..4",
            "fee:EUR,1..2,3..4",
            "fee:EUR,cheap..",
            "followers:1e9..",
            "posted:yesterday..",
            "posted:2026-02-31..",
            "posted:-99999d..x",
            "posted:29%2F11%2F2026..",
        ],
    )
    def test_a_broken_range_is_said_with_an_example(self, part: str) -> None:
        (problem,) = read(part).problems
        assert "Write one such as" in problem

    def test_a_part_of_a_group_may_be_broken(self) -> None:
        found = read("country:DE|colour:red")
        assert (found.address, len(found.problems)) == (["country:DE"], 1)

    def test_what_is_said_twice_is_one(self) -> None:
        assert read("tag:1|tag:1", "tag:1").address == ["tag:1"]

    def test_an_endless_address_is_cut_and_said(self) -> None:
        found = read(*(f"tag:{n}" for n in range(1, 40)))
        assert len(found.clauses) == 20
        assert "The last are left out" in found.problems[0]
        assert len(read("|".join(f"tag:{n}" for n in range(1, 40))).clauses[0]) == 10

    def test_values_beyond_what_one_filter_holds_are_left_out_and_said(self) -> None:
        many = ",".join(str(n) for n in range(1, 52))
        found = read(f"tag:{many}", f"country:DE|tag:{many},unknown")
        assert found.problems == (
            "The filter “Tag” can have 50 values at most. The others are left out.",
        )
        assert [len(each.values) for each in found.conditions] == [50, 1, 50]
        assert read(*found.address).problems == ()

    def test_parts_are_removed_replaced_added_joined_and_parted(self) -> None:
        found = read("country:DE|tag:1", "tag:2")
        tag = Condition(FIELDS["tag"], ("9",))
        assert found.without(0, 0).address == ["tag:1", "tag:2"]
        assert found.without(1, 0).address == ["country:DE|tag:1"]
        assert found.replaced(0, 1, tag).address == ["country:DE|tag:9", "tag:2"]
        assert found.added(tag).address == ["country:DE|tag:1", "tag:2", "tag:9"]
        assert found.joined(0).address == ["country:DE|tag:1|tag:2"]
        assert found.parted(0, 1).address == ["country:DE", "tag:1", "tag:2"]

    def test_bounds_are_numbers_fractions_and_days(self) -> None:
        today = date(2026, 11, 29)
        rate, posted, none = read("rate:2..", "posted:-30d..+1d", "posted:..today").conditions
        assert rate.numbers() == (Decimal("0.02"), None)
        assert posted.days(today) == (date(2026, 10, 30), date(2026, 11, 30))
        assert none.days(today) == (None, today)

    @pytest.mark.parametrize(
        ("part", "words"),
        [
            ("fee:EUR,100..200", "Fee 100 – 200 EUR"),
            ("fee:EUR,unknown", "Fee in EUR or unknown"),
            ("price:x,live,USD,..99.5", "Price · X · Live ≤ 99.5 USD"),
            ("price:live", "Price · Live known"),
            ("price:unknown", "Price unknown"),
            ("country:DE,AT", "Country Germany or Austria"),
            ("country:unknown", "Country unknown"),
            ("followers:50000..,unknown", "Followers ≥ 50,000 or unknown"),
            ("followers:..2.5", "Followers ≤ 2.5"),
            ("followers:10..2000", "Followers 10 – 2,000"),
            ("followers:unknown", "Followers unknown"),
            ("rate:2.5..", "Engagement rate ≥ 2.5 %"),
            ("posted:-30d..", "Last post from 30 days ago"),
            ("posted:..+1d", "Last post until in 1 day"),
            ("posted:2026-01-05..today", "Last post 5 Jan 2026 – today"),
            ("tag:4,5", "Tag food or 5"),
            ("city:Graz", "City has Graz"),
            ("city:%75nknown", "City has unknown"),
            ("followers:-0.5..", "Followers ≥ -0.5"),
            ("followers:-12345.5..-0.25", "Followers -12,345.5 – -0.25"),
        ],
    )
    def test_filters_in_words(self, part: str, words: str) -> None:
        (condition,) = read(part).conditions
        assert str(chip(condition, {("tag", "4"): "food"})) == words


def kept(*parts: str, search: str = "", user: int = 0, released: bool = True) -> list[str]:
    reading = read_address(parts)
    assert reading.filters.problems == ()
    page = influencer_page(reading=reading, asker=Asker(user, released), search=search)
    return [row.influencer.name for row in page.rows]


def a_field(kind: str, **values: Any) -> CustomField:
    return CustomField.objects.create(name="Own", key="own", kind=kind, **values)


@pytest.mark.django_db
@pytest.mark.usefixtures("_scope")
class TestKept:
    def test_country_and_language(self) -> None:
        InfluencerFactory.create(name="Ann", country="DE", language="de")
        InfluencerFactory.create(name="Bo", country="AT")
        InfluencerFactory.create(name="Cy")
        assert kept("country:DE,AT") == ["Ann", "Bo"]
        assert kept("country:DE,unknown") == ["Ann", "Cy"]
        assert kept("language:de") == ["Ann"]

    def test_all_clauses_hold_and_one_condition_of_each(self) -> None:
        InfluencerFactory.create(name="Ann", country="DE", language="de")
        InfluencerFactory.create(name="Bo", country="AT", language="de")
        InfluencerFactory.create(name="Cy", country="AT", language="en")
        assert kept("country:AT", "language:de") == ["Bo"]
        assert kept("country:DE|language:en", "language:de|language:en") == ["Ann", "Cy"]

    @pytest.mark.parametrize("gathered", [0, 100_000])
    def test_tags_lists_groups_and_owners(
        self, gathered: int, owner: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("crm.queries.filters.GATHERED", gathered)
        ann, bo, cy = (InfluencerFactory.create(name=name) for name in ("Ann", "Bo", "Cy"))
        tag, other = create_tag("food", actor=None), create_tag("sport", actor=None)
        listed = create_list("Bakers", actor=None)
        group = Group.objects.create(name="Food", key="food")
        tag_influencers(tag, [ann, bo], actor=None)
        add_to_list(listed, [bo], actor=None)
        Influencer.objects.filter(pk=ann.pk).update(group=group, owner=owner)
        assert kept(f"tag:{tag.pk}") == ["Ann", "Bo"]
        assert kept(f"tag:{other.pk}") == []
        assert kept("tag:unknown") == ["Cy"]
        assert kept(f"list:{listed.pk}") == ["Bo"]
        assert kept(f"tag:{tag.pk}", "list:unknown") == ["Ann"]
        assert kept(f"group:{group.pk}") == kept(f"owner:{owner.pk}") == ["Ann"]
        assert kept("group:unknown") == kept("owner:unknown") == ["Bo", "Cy"]
        assert kept("owner:me", user=owner.pk) == ["Ann"]
        with groups_scope([group.pk]):
            assert kept(f"tag:{tag.pk}") == kept("list:unknown") == ["Ann"]
        assert cy.name == "Cy"

    @pytest.mark.parametrize("gathered", [0, 100_000])
    def test_numbers_of_the_main_account(
        self, gathered: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("crm.queries.filters.GATHERED", gathered)
        for name, followers in (("Ann", 40), ("Bo", 60), ("Cy", None)):
            TikTokAccountFactory.create(
                influencer__name=name,
                creator__follower_count=followers,
                creator__engagement_rate=followers and followers / 1000,
                creator__average_views=followers,
            )
        assert kept("followers:50..") == kept("engagement:5..") == kept("views:50..60") == ["Bo"]
        assert kept("followers:..40,unknown") == ["Ann", "Cy"]
        assert kept("followers:unknown") == ["Cy"]

    def test_kinds_and_networks(self) -> None:
        an_authenticated_account(influencer__name="Ann")
        TikTokAccountFactory.create(influencer__name="Bo")
        InfluencerFactory.create(name="Cy")
        assert kept("kind:authenticated_ttcm") == ["Ann"]
        assert kept("kind:authenticated_ttcm,not_authenticated_ttcm") == ["Ann", "Bo"]
        assert kept("kind:authenticated_ttcm", released=False) == ["Ann", "Bo", "Cy"]
        assert kept("network:tiktok") == ["Ann", "Bo"]
        assert kept("network:instagram,unknown") == ["Cy"]

    def test_accounts_whose_permission_has_ended_are_those_to_connect_again(self) -> None:
        an_authenticated_account(influencer__name="Ann")
        ended = an_authenticated_account(influencer__name="Bo")
        connection = Connection.objects.get(consents__creator=ended.creator)
        connection.state = ConnectionState.REVOKED
        connection.save()
        assert kept("kind:reconnect") == ["Bo"]
        assert kept("kind:reconnect", released=False) == ["Ann", "Bo"]

    def test_permissions_that_end_and_none(self) -> None:
        people = {name: InfluencerFactory.create(name=name) for name in ("Ann", "Bo", "Cy", "Di")}
        for name, days in (("Ann", 10), ("Bo", 100), ("Di", 200), ("Di", 20)):
            account = an_authenticated_account(influencer=people[name])
            ends = timezone.now() + timedelta(days=days)
            Connection.objects.filter(consents__creator=account.creator).update(
                refresh_expires_at=ends
            )
        assert kept("grant:today..+30d") == ["Ann", "Di"]
        assert kept("grant:+31d..,unknown") == ["Bo", "Cy"]

    @pytest.mark.parametrize("gathered", [0, 100])
    def test_names_handles_and_the_time_of_the_last_reading(
        self, gathered: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(texts, "GATHERED", gathered)
        now = timezone.now()
        for name, handle, days in (("Ann Löw", "ann.bakes", 1), ("Bo Abel", "baker_bo", 20)):
            TikTokAccountFactory.create(
                influencer__name=name, creator__handle=handle,
                creator__marketplace_checked_at=now - timedelta(days=days),
            )  # fmt: skip
        InfluencerFactory.create(name="Cy Bakes")
        assert kept("name:ÖW") == kept("name:nn l") == ["Ann Löw"]
        assert kept("name:bakes,abel") == ["Bo Abel", "Cy Bakes"]
        assert kept("handle:bakes") == ["Ann Löw"]
        assert kept("handle:BAKE") == ["Ann Löw", "Bo Abel"]
        assert kept("handle:bo,unknown") == ["Bo Abel", "Cy Bakes"]
        assert kept("updated:-7d..") == ["Ann Löw"]
        assert kept("updated:..-7d,unknown") == ["Bo Abel", "Cy Bakes"]

    def test_details_of_the_person(self) -> None:
        InfluencerFactory.create(
            name="Ann", display_name="Ann Bakes", salutation="Dear Ann", city="Graz", time_zone="Europe/Vienna",
            email="ann@oak.example", phone="+436641234567", birthday=date(1999, 5, 1),
        )  # fmt: skip
        InfluencerFactory.create(name="Bo", email="", city="Köln")
        Influencer.objects.filter(name="Bo").update(created_at=timezone.now() - timedelta(days=40))
        for only_ann in (
            "display:bakes", "salutation:dear", "city:graz", "zone:vienna", "email:known", "phone:known",
            "birthday:1999-05-01..1999-05-01", "added:-30d..",
        ):  # fmt: skip
            assert kept(only_ann) == ["Ann"], only_ann
        for only_bo in (
            "display:unknown", "salutation:unknown", "city:köln", "zone:unknown", "email:unknown", "phone:unknown",
            "birthday:unknown", "added:..-30d",
        ):  # fmt: skip
            assert kept(only_bo) == ["Bo"], only_bo
        assert kept("city:graz,köln") == kept("email:known,unknown") == ["Ann", "Bo"]
        assert kept("birthday:..1999-04-30") == []

    @pytest.mark.parametrize(
        "most", [2, 3]
    )  # more different ones, or as many as are looked through
    def test_a_part_of_a_text_in_any_case_and_to_the_letter(
        self, most: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(texts, "MOST_DIFFERENT", most)
        for name, city in (("Ann", "Graz"), ("Bo", "St. Pölten"), ("Cy", "100%_Town"), ("Di", "")):
            InfluencerFactory.create(name=name, city=city)
        with organization_scope(Organization.objects.create(name="Elm", slug="elm")):
            InfluencerFactory.create(name="Eve", city="Graz")
        assert kept("city:RAZ") == ["Ann"]
        assert kept("city:pölt,0%_t") == ["Bo", "Cy"]
        assert kept("city:%") == ["Cy"]
        assert kept("city:r_z") == kept("city:linz") == []
        assert kept("city:graz,unknown") == ["Ann", "Di"]

    @pytest.mark.parametrize("gathered", [0, 100_000])
    def test_a_part_of_an_e_mail_address_of_a_display_name_and_of_a_salutation(
        self, gathered: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(texts, "GATHERED", gathered)
        ann = InfluencerFactory.create(
            name="Ann", display_name="Ann Bakes", salutation="Dear Ann", email="ann@oak.example"
        )
        OtherAddress.objects.create(influencer=ann, email="agent@pine.example")
        InfluencerFactory.create(name="Bo", display_name="Bö 100%", email="bo@elm.example")
        InfluencerFactory.create(name="Cy Bakes", email="")
        with organization_scope(Organization.objects.create(name="Elm", slug="elm")):
            InfluencerFactory.create(name="Eve", display_name="Bakes", email="eve@oak.example")
        assert kept("address:@OAK.ex") == kept("address:t@pine") == ["Ann"]
        assert kept("address:oak.example,elm.example") == ["Ann", "Bo"]
        assert kept("address:oak.,unknown") == ["Ann", "Cy Bakes"]
        assert kept("address:fir.example") == kept("display:%_") == kept("salutation:bo") == []
        assert kept("display:nn bak") == kept("salutation:DEAR") == ["Ann"]
        assert kept("display:100%") == kept("display:ö") == ["Bo"]
        assert kept("display:bakes,bö") == ["Ann", "Bo"]
        assert kept("display:bakes", "address:pine") == ["Ann"]

    @pytest.mark.parametrize("sort", [*SORTS])
    @pytest.mark.parametrize("ahead", [1, 3, 100])
    def test_pages_are_the_same_whether_they_are_full_soon_or_not(
        self, sort: str, ahead: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for n in range(9):
            account = TikTokAccountFactory.create(
                influencer__name=f"Name {n * 4 % 9}", influencer__country="DE" if n % 3 else "AT",
                creator__follower_count=None if n == 4 else n % 3,
            )  # fmt: skip
            if n == 5:
                archive_influencers([account.influencer], actor=None)

        def page_at(cursor: str, size: int = 2) -> KeysetPage[InfluencerRow]:
            reading = read_address(["country:DE"])
            return influencer_page(reading=reading, sort=sort, cursor=cursor, size=size)

        whole = [row.influencer.pk for row in page_at("", size=50).rows]
        monkeypatch.setitem(fields._rules, "country", replace(rules()["country"], few=0))
        monkeypatch.setattr("crm.queries.influencers.NEAR", ahead)
        found, back, cursor = [], [], ""
        while True:
            page = page_at(cursor)
            found.append([row.influencer.pk for row in page.rows])
            if not page.next_cursor:
                break
            cursor = page.next_cursor
        while page.previous_cursor:
            page = page_at(page.previous_cursor)
            back.append([row.influencer.pk for row in page.rows])
        assert [pk for pks in found for pk in pks] == whole
        assert len(whole) == 5
        assert back == found[-2::-1]

    def test_last_activity_and_last_post(self, owner: User) -> None:
        ann = InfluencerFactory.create(name="Ann")
        InfluencerFactory.create(name="Bo")
        archive_influencers([ann], actor=owner)
        Influencer.objects.update(archived_at=None)
        posted_at = datetime.now(UTC) - timedelta(days=3)
        Video.objects.create(
            creator=TikTokAccountFactory.create(influencer=ann).creator,
            tiktok_video_id="1",
            source=Source.PUBLIC,
            published_at=posted_at,
            url="https://www.tiktok.com/@ann/video/1",
            counts_source=Source.PUBLIC,
            counts_fetched_at=posted_at,
        )
        assert kept("active:today..today") == kept("posted:-3d..-3d") == ["Ann"]
        assert kept("active:..-1d,unknown") == kept("posted:unknown") == ["Bo"]

    def test_who_was_active_earlier_and_again_is_no_quiet_one(self, owner: User) -> None:
        ann, bo = InfluencerFactory.create(name="Ann"), InfluencerFactory.create(name="Bo")
        with time_machine.travel(timezone.now() - timedelta(days=90)):
            archive_influencers([ann, bo], actor=owner)
            restore_influencers([bo], actor=owner)
        restore_influencers([ann], actor=owner)
        assert kept("active:..-30d") == ["Bo"]
        assert kept("active:-100d..-30d") == ["Bo"]
        assert kept("active:-100d..") == ["Ann", "Bo"]
        assert kept("active:today..") == ["Ann"]

    def test_archived_ones_show_only_where_asked_for(self) -> None:
        ann = InfluencerFactory.create(name="Ann")
        InfluencerFactory.create(name="Bo")
        archive_influencers([ann], actor=None)
        assert kept() == ["Bo"]
        assert kept("archived:yes") == ["Ann"]
        assert kept("archived:any") == ["Ann", "Bo"]

    def test_campaigns_and_orders(self) -> None:
        campaign, other = a_campaign(), a_campaign(name="Other")
        an_order(campaign, a_participant(campaign, "maya"), state="sent")
        a_participant(other, "noor")
        InfluencerFactory.create(name="Cy")
        assert kept(f"campaign:{campaign.pk}") == ["Maya"]
        assert kept("campaign:unknown") == ["Cy"]
        assert kept("order:sent") == ["Maya"]
        assert kept("order:accepted") == []
        assert kept("order:unknown") == ["Cy", "Noor"]

    @pytest.mark.parametrize(
        ("kind", "options", "value", "finds", "misses"),
        [
            ("text", [], "Bad Town", "own:town", "own:city"),
            ("url", [], "https://a.example", "own:a.example", "own:b.example"),
            ("number", [], "12.5", "own:12..13", "own:13.."),
            ("money", [], "80 EUR", "own:eur,80..", "own:EUR,..79"),
            ("date", [], "2026-05-01", "own:2026-05-01..2026-05-01", "own:..2026-04-30"),
            ("choice", ["Red", "Blue"], "red", "own:Red", "own:Blue"),
            ("multi_choice", ["Red", "Blue", "Green"], "red", "own:Red,Blue", "own:Green"),
            ("yes_no", [], "yes", "own:yes", "own:no"),
        ],
    )
    def test_custom_fields(
        self, kind: str, options: list[str], value: str, finds: str, misses: str
    ) -> None:
        field = a_field(kind, options=options)
        ann = InfluencerFactory.create(name="Ann")
        InfluencerFactory.create(name="Bo")
        set_values(ann, {field: typed_value(kind, options, value)}, actor=None)
        assert kept(f"field.{finds}") == ["Ann"]
        assert kept(f"field.{misses}") == []
        assert kept("field.own:unknown") == ["Bo"]
        assert kept(f"field.{misses},unknown") == ["Bo"]

    def test_money_of_another_currency_is_not_compared(self) -> None:
        field = a_field("money")
        for name, value in (("Ann", "80 EUR"), ("Bo", "80 JPY")):
            amount = typed_value("money", [], value)
            set_values(InfluencerFactory.create(name=name), {field: amount}, actor=None)
        assert kept("field.own:EUR,1..100") == kept("field.own:EUR") == ["Ann"]
        assert kept("field.own:JPY,unknown") == ["Bo"]

    def test_rates_of_a_network_and_a_kind_of_post(self) -> None:
        for name, *prices in (
            ("Ann", Price("tiktok", "video", Decimal(400), "EUR")),
            ("Bo", Price("tiktok", "video", Decimal(400), "USD")),
            ("Cy", Price("tiktok", "story", Decimal(90), "EUR")),
            ("Di",),
        ):
            set_rates(InfluencerFactory.create(name=name), prices, actor=None)
        assert kept("rate:tiktok,video,EUR,..500") == kept("rate:EUR,400..400") == ["Ann"]
        assert kept("rate:tiktok,video") == ["Ann", "Bo"]
        assert kept("rate:EUR,..500") == ["Ann", "Cy"]
        assert kept("rate:instagram") == kept("rate:tiktok,video,EUR,..399") == []
        assert kept("rate:unknown") == ["Di"]
        assert kept("rate:tiktok,video,EUR,..399,unknown") == ["Cy", "Di"]

    def test_names_of_what_is_gone_are_said(self) -> None:
        tag = create_tag("food", actor=None)
        InfluencerFactory.create(name="Ann")
        reading = read_address([f"tag:{tag.pk},999", "list:999", "owner:me", "list:998,unknown"])
        assert reading.filters.address == [f"tag:{tag.pk}", "owner:me", "list:unknown"]
        assert reading.filters.problems == (
            "The filter “Tag” names something that is not here any more.",
            "The filter “List” names something that is not here any more.",
        )
        assert str(reading.chip(0, 0)) == "Tag food"

    def test_a_member_is_named_and_a_stranger_is_not(self, owner: User) -> None:
        stranger = User.objects.create_user("x@elm.example", "secret", name="Nobody here")
        reading = read_address([f"owner:{owner.pk},{stranger.pk}"])
        assert str(reading.chip(0, 0)) == "Owner Olivia Park"

    def test_rows_without_names_are_no_filter(self) -> None:
        with pytest.raises(LookupError):
            _named(rules()["country"], {1})

    def test_names_of_many_fields_cost_one_query(
        self, django_assert_num_queries: Callable[[int], Any]
    ) -> None:
        with django_assert_num_queries(1):
            read_address(["tag:1", "list:2", "campaign:3", "owner:4", "group:5"])


@pytest.mark.parametrize("field", ["country", "language"])
def test_choices_stand_in_the_order_of_their_names(
    field: str, oak: Organization, viewer: Client
) -> None:
    """By code the United Arab Emirates stood between Andorra and Afghanistan."""
    page = viewer.get(f"/o/oak/influencers/filter/?field={field}").content.decode()
    names = [
        unescape(name)
        for name in re.findall(r'name="value" value="[^"]+"[^>]*>\s*<span>([^<]+)', page)
    ]
    assert len(names) > 50
    assert names == sorted(names, key=bare)
    assert 'type="search"' in page


def test_what_is_chosen_stands_first_even_beyond_what_is_offered(
    oak: Organization, viewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.views.filtering.SHOWN_OPTIONS", 2)
    with organization_scope(oak):
        *_, last = (create_tag(name, actor=None) for name in ("apples", "bread", "cake"))
    url = f"/o/oak/influencers/filter/?f=tag:{last.pk}&field=tag&at=0&nth=0"
    page = viewer.get(url).content.decode()
    boxes = re.findall(r'name="value" value="\d+" (checked)?>\s*<span>(\w+)', page)
    assert boxes == [("checked", "cake"), ("", "apples"), ("", "bread")]
    assert 'type="search"' not in page  # so few are seen at once


def test_fields_are_chosen_under_headings_or_by_words(oak: Organization, viewer: Client) -> None:
    with organization_scope(oak):
        CustomField.objects.create(name="Shirt size", key="shirt_size", kind="text")
    page = viewer.get("/o/oak/influencers/filter/").content.decode()
    sections = page.split('<section class="field-section">')[1:]
    labels = [re.findall(r"<h3>([^<]+)|hx-target[^>]+>([^<\s][^<]*)", each) for each in sections]
    offered = {
        names[0][0]: [name.strip("\u2068\u2069") for _, name in names[1:]] for names in labels
    }
    assert list(offered) == ["Accounts", "Person", "Work together", "Your own fields"]
    assert offered["Your own fields"] == ["Shirt size"]
    assert offered["Work together"][:2] == ["Tag", "List"]
    assert "Engagement rate" in offered["Accounts"]
    assert 'placeholder="Find a field"' in page


@pytest.mark.parametrize("field", ["tag", "campaign"])
def test_where_nothing_can_be_chosen_the_dialog_says_so(
    field: str, oak: Organization, viewer: Client
) -> None:
    page = viewer.get(f"/o/oak/influencers/filter/?field={field}").content.decode()
    assert "Nothing to choose from yet." in page


def test_every_built_in_field_stands_under_one_heading() -> None:
    listed = [key for keys in SECTIONS.values() for key in keys.split()]
    assert sorted(listed) == sorted(rules())
    assert {section_of(key) for key in listed} == set(SECTIONS)
    assert section_of("field.shirt_size") == OWN_SECTION


@pytest.mark.parametrize("kind", [FieldKind.CHOICE, FieldKind.MULTI_CHOICE, FieldKind.TEXT])
def test_a_value_that_is_called_unknown_is_not_taken_for_no_value(
    oak: Organization, viewer: Client, kind: str
) -> None:
    with organization_scope(oak):
        field = a_field(kind, options=["vegan", "unknown"])
        for name, value in (("Annika", "unknown"), ("Bozena", "vegan"), ("Cyrille", "")):
            person = InfluencerFactory.create(name=name)
            several = {"options": [value]} if kind == FieldKind.MULTI_CHOICE else {"text": value}
            if value:
                CustomValue.objects.create(field=field, influencer=person, **several)
    asked = {"field": "field.own", "value": "unknown", "apply": "1"}
    chosen = viewer.get("/o/oak/influencers/filter/", asked)["Location"]
    assert chosen == "/o/oak/influencers/?f=field.own%3A%2575nknown"
    page = viewer.get(chosen).content.decode()
    assert [name in page for name in ("Annika", "Bozena", "Cyrille")] == [True, False, False]
    with organization_scope(oak):
        assert kept("field.own:unknown") == ["Cyrille"]
        assert kept("field.own:%75nknown,unknown") == ["Annika", "Cyrille"]
