"""All Posts: covers or a table, narrowed, sorted and exported."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.models import Campaign, PostLayout
from tenancy.enums import Verb
from tenancy.models import Event
from tests.campaigns.test_campaigns_pages import base, queries, text
from tests.factories.campaigns import PUBLISHED_AT, a_participant, a_post, a_video
from tiktok.models import LegacyMigration, PurgeRun, Video

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(campaign: Campaign) -> dict[str, Video]:
    """Maya's is in the campaign; nobody knows the likes of Tom's, which was viewed most."""
    made = {}
    for number, (name, views, likes) in enumerate(
        (("maya", 1000, 5), ("rio", 500, 9), ("tom", 9000, None))
    ):
        account = a_participant(campaign, f"{name}.bakes")
        account.influencer.country = "DE" if name == "maya" else "AT"
        account.influencer.save()
        made[name] = a_video(
            account, f"74{number}", caption=f"{name} kneads", video_views=views, likes=likes,
            published_at=PUBLISHED_AT + timedelta(days=number),
        )  # fmt: skip
    a_post(campaign, made["maya"])
    return made


def shown(answer: Any) -> list[str]:
    """The videos of a page in their order, each once."""
    page = text(answer).split('id="posts"')[1].split("</main>")[0]
    return list(dict.fromkeys(re.findall(r"(\w+) kneads", page)))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["tom", "rio", "maya"]),
        ("?view=table", ["tom", "rio", "maya"]),
        ("?sort=published", ["maya", "rio", "tom"]),
        ("?sort=-video_views&view=table", ["tom", "maya", "rio"]),
        ("?sort=-likes", ["rio", "maya", "tom"]),
        ("?sort=likes", ["maya", "rio", "tom"]),
        ("?sort=-reach", ["tom", "rio", "maya"]),
        ("?market=AT", ["tom", "rio"]),
        ("?since=2026-11-11&until=2026-11-11", ["rio"]),
        ("?q=KNEADS+ri", ["rio"]),
        ("?q=tom.bakes", ["tom"]),
        ("?q=nothing", []),
    ],
)
@pytest.mark.usefixtures("three")
def test_the_address_says_which_videos_in_which_order(
    viewer: Client, campaign: Campaign, query: str, found: list[str]
) -> None:
    assert shown(viewer.get(f"{base(campaign)}posts/all/{query}")) == found


def test_videos_of_one_creator_and_filters_that_lead_back_here(
    viewer: Client, campaign: Campaign, three: dict[str, Video]
) -> None:
    root = f"{base(campaign)}posts/all/"
    page = viewer.get(f"{root}?creator={three['rio'].creator.account.pk}")
    assert shown(page) == ["rio"]
    for name in ("Origin", "Order"):
        assert f"</svg>{name}</a>" not in text(page)
    choose = text(viewer.get(f"{base(campaign)}posts/filter/?field=market&tab=all_posts"))
    assert f"{root}?market=AT" in choose
    answer = viewer.post(
        f"{base(campaign)}posts/as/?market=AT", {"view": "table", "tab": "all_posts"}
    )
    assert answer["Location"] == f"{root}?market=AT"
    assert PostLayout.objects.get().is_grid is False
    assert "post-grid" not in text(viewer.get(root))


@pytest.mark.usefixtures("three")
def test_what_is_shown_is_exported(viewer: Client, campaign: Campaign) -> None:
    answer = viewer.post(f"{base(campaign)}posts/all/export/?sort=-likes", {"format": "csv"})
    content = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    lines = list(csv.DictReader(io.StringIO(content)))
    assert [line["Handle"] for line in lines] == ["rio.bakes", "maya.bakes", "tom.bakes"]
    assert [line["Likes"] for line in lines] == ["9", "5", ""]
    assert [line["In the campaign"] for line in lines] == ["no", "yes", "no"]
    assert Event.objects.get(verb=Verb.POSTS_EXPORTED).detail == {"post_count": 3}
    assert viewer.get(f"{base(campaign)}posts/all/export/").status_code == 405


def test_a_post_that_the_cut_over_hid_is_offered_once_the_cut_over_can_no_longer_be_reversed(
    manager: Client, campaign: Campaign, three: dict[str, Video]
) -> None:
    hidden = a_post(campaign, three["rio"], origin="legacy", hidden_at=timezone.now())
    LegacyMigration.objects.create(cut_over_at=hidden.hidden_at)
    offers = {
        name: f'href="{base(campaign)}posts/add/{video.pk}/"' for name, video in three.items()
    }

    page = text(manager.get(f"{base(campaign)}posts/all/?view=table"))
    assert {name: offer in page for name, offer in offers.items()} == {
        "maya": False,
        "rio": False,
        "tom": True,
    }
    assert page.count("Hidden by the cut-over: send an order to bring it back") == 1
    PurgeRun.objects.create()
    page = text(manager.get(f"{base(campaign)}posts/all/?view=table"))
    assert (offers["rio"] in page, "Hidden by the cut-over" in page) == (True, False)


@pytest.mark.parametrize("query", ["", "?sort=-likes&market=AT&q=k&view=table"])
def test_the_list_costs_few_queries(
    viewer: Client, campaign: Campaign, three: dict[str, Video], query: str
) -> None:
    address = f"{base(campaign)}posts/all/{query}"
    viewer.get(address)
    few = queries(viewer, address)
    for number in range(3):
        a_video(three["tom"].creator.account, f"75{number}")
    assert queries(viewer, address) == few <= 11
