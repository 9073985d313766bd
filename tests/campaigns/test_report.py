"""The report of a campaign: what is seen is what is printed, exported and sent."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from campaigns.enums import ReportBlock, ReportSplit
from campaigns.models import Campaign, Participant, Report
from campaigns.queries import campaign_with_counts, report_posts
from campaigns.queries.report import ReportContent, report_of
from campaigns.services.report import report_to_change
from crm.models import Influencer, SocialAccount
from tenancy.enums import Role, Verb
from tenancy.models import Event, Group, GroupMember, Membership, Organization
from tenancy.scope import groups_scope
from tests.campaigns.conftest import signed_in
from tests.campaigns.test_campaigns_pages import base, queries, text
from tests.campaigns.test_results import read, roll
from tests.factories.campaigns import a_campaign, a_participant, a_post, a_video, an_order
from tests.factories.crm import ConsentFactory
from tests.submitting import version
from tiktok.enums import Source
from tiktok.models import Video

pytestmark = pytest.mark.django_db
NOON = timezone.now().replace(hour=0, minute=30, second=0, microsecond=0)
TODAY = NOON.date()
CURVE = [1.0, 0.8, 0.6, 0.5, 0.45, 0.4, 0.38, 0.2]
REPORTED = {"reach": 700, "average_play_time": 6.0, "video_completion_rate": 0.25}


@pytest.fixture
def campaign(organization: Organization) -> Campaign:
    """A campaign that is half over, in EUR."""
    begins, ends = TODAY - timedelta(days=9), TODAY + timedelta(days=10)
    return a_campaign(
        state="active", starts_on=begins, ends_on=ends, currency="EUR", goal="awareness", markets=["DE"],
        planned={"cost_per_mille": "50", "views": "4000"}, audience="bakers",
    )  # fmt: skip


def published(
    campaign: Campaign, handle: str, *readings: tuple[float, int], fee: int | None = None, order: bool = True, curve: list[float] | None = None
) -> SocialAccount:  # fmt: skip
    """Somebody whose video TikTok has reported so many views of, so many days ago."""
    account = a_participant(campaign, handle)
    Participant.objects.filter(account=account).update(state="agreed", fee=fee)
    begin = NOON - timedelta(days=max(days for days, _ in readings))
    video = a_video(
        account, handle, published_at=begin, video_views=None, likes=None, comments=None, shares=None, retention=curve,
        audience_country=[{"name": "DE", "fraction": 0.75}, {"name": "AT", "fraction": 0.25}] if order else None,
        counts_fetched_at=begin - timedelta(days=1), report_fetched_at=begin - timedelta(days=1),
    )  # fmt: skip
    for days, views in readings:
        source = Source.ORDER_REPORT if order else Source.PUBLIC
        read(
            video, views, NOON - timedelta(days=days), source=source, **(REPORTED if order else {})
        )
    video.save()
    made = an_order(campaign, account, state="posting") if order else None
    a_post(campaign, video, order=made)
    return account


@pytest.fixture
def three(campaign: Campaign) -> Campaign:
    """Maya: 1,000 views for 40 EUR, 800 of them five days ago. Rio: 2,000 for 100. Zoe: 500 by hand, without a fee."""
    published(campaign, "maya", (6, 100), (5, 800), (1, 1000), fee=40, curve=CURVE)
    published(campaign, "rio", (2, 2000), fee=100, curve=[1.0, 0.5, 0.3, 0.25, 0.2])
    published(campaign, "zoe", (1, 500), order=False)
    roll()
    return campaign


def set_up(campaign: Campaign, **values: Any) -> Report:
    report = report_to_change(campaign)
    Report.objects.filter(pk=report.pk).update(**values)
    return report


def content(campaign: Campaign, *, sees_money: bool = True) -> ReportContent:
    found: Any = campaign_with_counts(campaign.pk)
    return ReportContent(found, report_of(campaign), sees_money=sees_money, today=TODAY)


def page(client: Client, campaign: Campaign) -> str:
    return text(client.get(f"{base(campaign)}report/"))


def send(member: Client, campaign: Campaign, **values: Any) -> Any:
    """Save the set-up, otherwise as the page has it."""
    report = report_of(campaign)
    opened = member.get(f"{base(campaign)}report/")
    data = {
        "version": version(opened), "blocks": report.blocks, "split": report.split, "client": report.client,
        "comment": report.comment,
        **values,
    }  # fmt: skip
    return member.post(f"{base(campaign)}report/edit/", data)


def test_it_fills_itself_with_the_first_published_post(manager, campaign: Campaign) -> None:
    assert "The report fills itself with the first published post." in page(manager, campaign)
    a_post(campaign, a_video(a_participant(campaign, "ann"), "1"))
    assert "The posts are being added up" in page(manager, campaign)


def test_the_default_report_has_its_blocks_and_no_money(manager, three: Campaign) -> None:
    seen = page(manager, three)
    for words in (
        "Key numbers", "Creators compared", "Best posts", "Retention, overlaid", "What to do next", "Definitions and sources",
        "Report of", "All 3 posts", "3 creators with posts",
    ):  # fmt: skip
        assert words in seen, words
    for words in ("Cost / 1,000", "40.00"):
        assert words not in seen, words
    assert (
        'Cost against result</h3> <p class="muted">Not part of what you print, export or share: “Fees and costs” is off. Turn it on under Blocks.</p>'
        in seen
    )
    assert not Report.objects.exists()


def test_totals_say_how_much_was_ordered_and_money_is_shown_where_it_was_chosen(manager, viewer, three: Campaign) -> None:  # fmt: skip
    set_up(three, shows_money=True)
    seen = page(manager, three)
    for words in (
        "Cost against result</h3>",
        "40.00 EUR",
        "1 of 2",
        "3 of 4",
        "Agreed fees",
        "140.00 EUR",
    ):
        assert words in seen.replace("\xa0", " "), words
    assert "plan: 50.00 EUR" in seen.replace("\xa0", " ")
    reader = page(viewer, three)
    for words in ("EUR", "Cost against result</h3>", "Cost / 1,000"):
        assert words not in reader, words
    assert "Save report" not in reader


def test_costs_are_of_all_views_or_not_known(three: Campaign) -> None:
    set_up(three, shows_money=True)
    found = content(three)
    maya, rio, zoe = sorted(found.creators, key=lambda line: line.name)
    assert (maya.views, maya.fee, maya.cost_per_mille, maya.ordered) == (1000, 40, 40, 2)
    assert maya.cost_per_completed_view == 40 / 250
    assert (zoe.fee, zoe.cost_per_mille, zoe.completion_rate) == (None, None, None)
    assert found.total.cost_per_completed_view is None, "of Zoe's views nobody knows the completion"
    assert found.fees == 140
    assert [line.name for line in found.compared] == [rio.name, maya.name]
    assert content(three, sees_money=False).fees is None


def test_the_formula_of_the_earned_media_value_is_kept_with_the_report(manager, three: Campaign) -> None:  # fmt: skip
    assert content(three).earned is None
    assert send(manager, three, rate_view="0.02", rate_like="0.1").status_code == 302
    report = Report.objects.get()
    assert report.rates == {"view": "0.02", "like": "0.1"}
    sums = content(three).sums
    assert sums
    assert content(three).earned == Decimal("0.02") * sums.views + Decimal("0.1") * sums.likes
    seen = page(manager, three)
    assert "views × 0.02 + likes × 0.1 EUR" in seen
    assert send(manager, three, rate_view="-0", rate_like="").status_code == 302
    assert (content(three).earned, Report.objects.get().formula) == (0, "views × 0")


def test_as_of_a_day_only_what_was_read_by_then_counts(manager, three: Campaign) -> None:
    set_up(three, as_of=TODAY - timedelta(days=4), shows_money=True)
    found = content(three)
    assert found.sums
    assert (found.sums.posts, found.sums.views) == (1, 800)
    assert [(line.name, line.views) for line in found.lines] == [("Maya", 800)]
    assert [(post.name, post.views) for post in found.posts] == [("Video maya", 800)]
    assert found.posts[0].completion == REPORTED["video_completion_rate"]
    assert "Numbers as of" in page(manager, three)
    set_up(three, as_of=TODAY - timedelta(days=9))
    assert "Nothing was published by then" in page(manager, three)


@pytest.mark.parametrize(
    ("split", "names"),
    [
        ("creator", ["Rio", "Maya", "Zoe"]),
        ("post", ["Video rio", "Video maya", "Video zoe"]),
        ("market", ["Germany", "Country not known"]),
        ("network", ["TikTok"]),
    ],
)
def test_the_table_is_split_as_chosen(
    manager, three: Campaign, split: str, names: list[str]
) -> None:
    account = SocialAccount.objects.get(handle="rio")
    account.influencer.country = "DE"
    account.influencer.save()
    set_up(three, split=split, shows_money=True)
    found = content(three)
    assert [line.name for line in found.lines] == names
    assert sum(line.sums.views for line in found.lines) == 3500
    assert page(manager, three).count("All 3 posts") == 1
    if split == "market":
        assert [line.fee for line in found.lines] == [100, 40]
        set_up(three, shows_money=False, as_of=TODAY - timedelta(days=4))
        assert [(e.name, e.views, e.fee) for e in content(three).lines] == [("Country not known", 800, None)]  # fmt: skip


def test_weeks_say_what_they_added(three: Campaign) -> None:
    set_up(three, split=ReportSplit.WEEK)
    lines = content(three).lines
    assert sum(line.sums.views for line in lines) == 3500
    assert len(lines) in {1, 2}
    maya = SocialAccount.objects.get(handle="maya")
    group = Group.objects.create(name="North")
    maya.influencer.group = group
    maya.influencer.save()
    with groups_scope([group.pk]):
        assert sum(line.sums.views for line in content(three).lines) == 1000


def test_a_member_of_some_groups_gets_the_report_of_these_and_cannot_share_it(organization: Organization, three: Campaign) -> None:  # fmt: skip
    client = signed_in(organization, Role.MANAGER)
    member = Membership.objects.get(user__email="manager@example.com")
    group = Group.objects.create(name="North")
    Membership.objects.filter(pk=member.pk).update(is_limited=True)
    GroupMember.objects.create(group=group, user=member.user)
    maya = SocialAccount.objects.get(handle="maya")
    maya.influencer.group = group
    maya.influencer.save()
    set_up(three, as_of=TODAY - timedelta(days=1), is_shared=True)
    seen = page(client, three)
    assert "This report is of the creators of your groups alone." in seen
    assert "Rio" not in seen
    assert "All 1 post" in seen
    assert "/r/" not in seen
    client.post(f"{base(three)}report/share/", {})
    assert not Event.objects.filter(verb=Verb.REPORT_SHARED).exists()
    assert "Save report" not in seen
    for act, given in {"edit": {"shows_money": "on"}, "campaigns": {}, "logo/remove": {}, "logo": {}}.items():  # fmt: skip
        assert client.post(f"{base(three)}report/{act}/", given).status_code == 403, act
    assert client.post(f"{base(three)}report/revoke/").status_code == 302
    assert send(client, three, comment="Not shared any more").status_code == 302
    assert Report.objects.get().comment == "<div>Not shared any more</div>"


def test_who_sees_no_money_takes_out_a_report_without_it(
    three: Campaign, viewer: Client, manager: Client
) -> None:
    set_up(three, shows_money=True)
    for member in (viewer, manager):
        member.post(f"{base(three)}report/export/", {"format": "csv"})
    exported = Event.objects.filter(verb=Verb.REPORT_EXPORTED).order_by("pk")
    assert [event.detail["has_money"] for event in exported] == [False, True]


def test_of_too_many_rows_those_with_most_views_stand_in_the_table(
    three: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaigns.queries.report.MOST_LINES", 1)
    for country, handle in (("AT", "maya"), ("DE", "rio"), ("BE", "zoe")):
        Influencer.objects.filter(accounts__handle=handle).update(country=country)
    set_up(three, split=ReportSplit.MARKET)
    assert [line.name for line in content(three).lines] == ["Germany"]


def test_advice_names_its_numbers(three: Campaign) -> None:
    set_up(three, shows_money=True)
    published(three, "kim", (1, 3000), fee=60, curve=[1.0, 0.9, 0.85, 0.8])
    roll()
    cheap, spark, hook = content(three).advice
    assert cheap.subject == "Kim and Maya"
    assert cheap.numbers.replace("\xa0", " ") == "Cost per 1,000 views 20.00 EUR and 40.00 EUR, below the plan of 50.00 EUR."  # fmt: skip
    assert spark.subject == "Ask Kim for “Video kim”"
    assert spark.numbers.replace("\xa0", " ") == "Completion rate 25.0 %, the best of all posts with 1,500 views or more."  # fmt: skip
    assert hook.subject == "Video rio"
    assert hook.numbers == "70 of 100 viewers leave in the first 2 s; campaign median 40."
    Campaign.objects.filter(pk=three.pk).update(planned={})
    assert "below all creators together, at" in content(three).advice[0].numbers


def test_without_money_whoever_moves_viewers_most_is_named(three: Campaign) -> None:
    titles = [each.title for each in content(three).advice]
    assert "Change the hook" not in titles, "two curves are no median"
    video = content(three).posts[-1].post.video
    ConsentFactory.create(creator=video.creator, state="active")
    read(video, 510, NOON, likes=400)
    roll()
    first = content(three).advice[0]
    assert (first.title, first.subject) == ("Book again", "Zoe")
    assert "all creators together" in first.numbers


def test_without_numbers_there_is_no_advice(campaign: Campaign, manager) -> None:
    published(campaign, "ann", (1, 0), order=False)
    roll()
    assert content(campaign).advice == []
    set_up(campaign, blocks=["advice"])
    assert "The numbers do not tell creators or posts apart yet." in page(manager, campaign)


def test_curves_moments_and_viewers_come_from_the_posts_of_orders(manager, three: Campaign) -> None:
    every = [block.value for block in ReportBlock]
    set_up(three, blocks=every, shows_money=True, comment="A good start.\n\nMore to come.")
    found = content(three)
    assert (found.retention.count, found.retention.median, found.retention.band) == (2, None, None)
    rio, maya = found.moments
    assert (rio.worst, round(rio.lost, 2)) == (1, 0.5)
    assert (rio.best, rio.kept) == (None, None)
    assert (maya.best, round(maya.kept or 0, 2), maya.end) == (3, 0.76, 0.2)
    (country,) = found.audiences
    assert [(bar["label"], bar["share"]) for bar in country.bars] == [("Germany", 0.75), ("Austria", 0.25)]  # fmt: skip
    assert (country.count, country.in_markets) == (2, 0.75)
    seen = page(manager, three)
    for words in (
        "second 1: 50",
        "A good start.",
        "Target: bakers.",
        "watch in the campaign",
        "Germany",
    ):
        assert words in seen, words


def test_posts_stand_beside_the_benchmarks_that_tiktok_gave(manager, three: Campaign) -> None:
    set_up(three, blocks=["benchmarks"])
    assert "TikTok has given no benchmarks" in page(manager, three)
    Video.objects.filter(tiktok_video_id="maya").update(
        breakdown={"benchmarks": {"video_completion_rate": [0.1, 0.17]}}
    )
    (maya,) = content(three).benchmarked
    assert (maya.engagement, maya.completion) == (None, (0.25, 0.1, 0.17))
    assert "10.0 % – 17.0 %" in page(manager, three).replace("\xa0", " ")


def test_many_curves_have_a_median_and_a_middle_half(campaign: Campaign, manager) -> None:
    for number in range(8):
        published(campaign, f"c{number}", (1, 100 + number), curve=[1.0, 0.9 - number / 10, 0.1])
    roll()
    found = content(campaign).retention
    assert found.count == 8
    assert found.median is not None
    assert found.band is not None
    assert len(found.lines) == 4
    assert found.band[0][20] < found.median[20] < found.band[1][20]
    assert "Their middle half" in page(manager, campaign)
    Influencer.objects.update(name="مايا")
    label = content(campaign).retention.lines[0][0]
    assert label == "Video c7 (\u2068مايا\u2069, 2 s)", (
        "a name turns the caption beside it round no more"
    )


def test_a_block_that_is_newly_chosen_stands_before_the_definitions(manager, three: Campaign) -> None:  # fmt: skip
    send(manager, three, blocks=["numbers", "definitions"])
    send(manager, three, blocks=["numbers", "definitions", "moments", "benchmarks"])
    assert report_of(three).blocks == ["numbers", "moments", "benchmarks", "definitions"]
    send(manager, three, blocks=["numbers", "moments", "benchmarks"])
    send(manager, three, blocks=["numbers", "moments", "benchmarks", "audience", "definitions"])
    assert report_of(three).blocks == [
        "numbers",
        "moments",
        "benchmarks",
        "audience",
        "definitions",
    ]


def test_blocks_are_chosen_and_moved(manager, three: Campaign) -> None:
    send(manager, three, blocks=["numbers", "table", "definitions"], move="table:up")
    assert Report.objects.get().blocks == ["table", "numbers", "definitions"]
    seen = page(manager, three)
    assert seen.index("Creators compared</h3>") < seen.index("Key numbers</h3>")
    assert "Best posts</h3>" not in seen
    for way in ("down", "down", "down"):
        send(manager, three, move=f"table:{way}")
    send(manager, three, move="table:sideways")
    assert Report.objects.get().blocks == ["numbers", "definitions", "table"]
    assert Event.objects.filter(verb=Verb.REPORT_CHANGED).count() == 3
    send(manager, three, blocks=[])
    assert "This report has no blocks." in page(manager, three)


def test_a_form_that_is_wrong_or_late_changes_nothing(manager, three: Campaign) -> None:
    later = (timezone.now() + timedelta(days=2)).date()
    refused = send(manager, three, as_of=later.isoformat())
    assert refused.status_code == 422
    assert "This day has not come yet" in text(refused)
    opened = version(manager.get(f"{base(three)}report/"))
    send(manager, three, client="Oakmill")
    late = send(manager, three, version=opened, client="Someone else")
    assert late.status_code == 422
    assert "Somebody else has changed this meanwhile" in text(late)
    assert Report.objects.get().client == "Oakmill"


def exported(client: Client, campaign: Campaign, kind: str) -> bytes:
    answer = client.post(f"{base(campaign)}report/export/", {"format": kind})
    assert f".{kind}" in answer["Content-Disposition"]
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_the_main_table_is_exported_as_csv(manager, viewer, three: Campaign) -> None:
    set_up(three, shows_money=True, split="post")
    maya = SocialAccount.objects.get(handle="maya").creator
    maya.videos.update(caption="=1+1")
    lines = list(csv.DictReader(io.StringIO(exported(manager, three, "csv").decode("utf-8-sig"))))
    assert [line["Post"] for line in lines] == ["Video rio", "'=1+1", "Video zoe", "All"]
    assert (lines[0]["Views"], lines[2]["Completion rate"], lines[3]["Fee"]) == (
        "2000",
        "",
        "140.0",
    )
    assert "Fee" not in exported(viewer, three, "csv").decode()
    assert Event.objects.filter(verb=Verb.REPORT_EXPORTED).count() == 2


def test_what_was_ordered_is_told_before_anything_is_added_up(manager, campaign: Campaign) -> None:
    an_order(campaign, a_participant(campaign, "maya"), video_limit=2)
    an_order(campaign, a_participant(campaign, "rio"), video_limit=1)
    (line,) = csv.DictReader(io.StringIO(exported(manager, campaign, "csv").decode("utf-8-sig")))
    assert (line["Creator"], line["Posts"], line["Ordered videos"]) == ("All", "0", "3")


def test_the_workbook_has_a_sheet_for_each_table_and_real_numbers(manager, three: Campaign) -> None:
    set_up(three, shows_money=True, rates={"view": "0.02"})
    book = CalamineWorkbook.from_filelike(io.BytesIO(exported(manager, three, "xlsx")))
    assert book.sheet_names == ["Creators compared", "Posts", "Key numbers"]
    head, rio, *_ = book.get_sheet_by_name("Creators compared").to_python()
    row = dict(zip(head, rio, strict=True))
    assert (row["Creator"], row["Account or creator"], row["Views"], row["Fee"]) == ("Rio", "@rio", 2000.0, 100.0)  # fmt: skip
    _, post, *_ = book.get_sheet_by_name("Posts").to_python()
    assert post[2].date() == TODAY - timedelta(days=2)
    numbers = {row[0]: row[1] for row in book.get_sheet_by_name("Key numbers").to_python()}
    assert numbers["Earned media value (EUR)"] == 70.0
    assert numbers["Counted up to"] == TODAY


def test_a_workbook_has_the_tables_of_the_reports_blocks_and_its_creators_whatever_the_rows(
    manager, three: Campaign
) -> None:
    Video.objects.filter(tiktok_video_id="maya").update(
        breakdown={"benchmarks": {"video_completion_rate": [0.1, 0.17]}}
    )
    set_up(three, blocks=["moments", "audience", "benchmarks", "networks"], split="market")
    book = CalamineWorkbook.from_filelike(io.BytesIO(exported(manager, three, "xlsx")))
    sheets = {name: book.get_sheet_by_name(name).to_python()[1:] for name in book.sheet_names}
    assert list(sheets) == [
        "Markets compared", "Creators compared", "Posts", "Best and worst moments", "Audience", "Benchmarks", "Key numbers",
    ]  # fmt: skip
    assert [row[0] for row in sheets["Creators compared"]] == ["Rio", "Maya", "Zoe", "All"]
    rio, maya = sheets["Best and worst moments"]
    assert rio[1:4] == ["Rio", 1.0, 0.5]
    assert maya[6] == 0.2
    assert sheets["Audience"] == [
        ["Country", "Germany", 0.75, 2.0], ["Country", "Austria", 0.25, 2.0],
        ["Country", "The campaign's markets", 0.75, 2.0],
    ]  # fmt: skip
    assert [row[2:] for row in sheets["Benchmarks"]] == [["", "", "", 0.25, 0.1, 0.17]]
    set_up(three, blocks=["moments"], split="creator")
    book = CalamineWorkbook.from_filelike(io.BytesIO(exported(manager, three, "xlsx")))
    assert book.sheet_names == [
        "Creators compared", "Posts", "Best and worst moments", "Key numbers",
    ]  # fmt: skip


@pytest.mark.parametrize("split", ReportSplit.values)
def test_it_costs_few_queries_whatever_it_shows(manager, three: Campaign, split: str) -> None:
    every = [block.value for block in ReportBlock]
    set_up(three, blocks=every, split=split, shows_money=True)
    address = f"{base(three)}report/"
    manager.get(address)
    few = queries(manager, address)
    for number in range(4):
        published(three, f"more{number}", (1, 10), curve=CURVE, fee=3)
    roll()
    assert queries(manager, address) == few <= 12


def test_the_drawing_names_every_creator_it_has_room_for(manager, three: Campaign) -> None:
    set_up(three, shows_money=True)
    drawn = manager.get(f"{base(three)}report/").content.decode()
    assert re.findall(r'class="is-strong"[^>]*>(\w+)<', drawn) == ["Rio", "Maya"] * 2
    assert "Low fee, many views" in drawn


def test_a_very_large_campaign_takes_the_posts_of_its_first_creators(
    three: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_posts, "SORTED_WHOLE", 0)
    monkeypatch.setattr(report_posts, "CREATORS_FIRST", 2)
    assert [post.name for post in content(three).posts] == ["Video rio", "Video maya"]
