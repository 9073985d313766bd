"""Kept counters say what a count says, whatever is written, however, and by how many at once."""

from __future__ import annotations

import random
from collections import Counter as Tally
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from campaigns.enums import OrderState, PostOrigin
from campaigns.models import Campaign, Order, Participant, Post
from campaigns.queries import campaign_with_counts, is_visible, organization_counts
from crm.models import Influencer, SocialAccount
from influence.home import numbers
from tenancy import tasks
from tenancy.models import Counter, Group
from tenancy.queries.counters import all_counts, counts
from tenancy.scope import groups_scope, organization_scope, person_scope
from tenancy.services.counters import fold_counters, recount
from tests.connecting import an_organization
from tests.factories.campaigns import (
    a_campaign,
    a_participant,
    a_post,
    a_video,
    an_account,
    an_order,
)
from tests.factories.crm import ConsentFactory
from tiktok.enums import ConnectionState, MarketplaceStatus
from tiktok.models import Connection, Consent, Creator, Video

STEPS = 60


def counted() -> dict[tuple[int, str], int]:
    """Count row by row in Python what the counters are to say."""
    found: Tally[tuple[int, str]] = Tally()
    found[0, "influencers"] = Influencer.objects.filter(archived_at=None).count()
    consents = Consent.objects.filter(withdrawn_at=None)
    grants = dict(consents.values_list("creator_id", "connection__state"))
    for account in SocialAccount.objects.select_related("creator"):
        state = grants.get(account.creator_id)
        found[
            0, f"accounts.{account.creator.marketplace_status}{f'.{state}' if state else ''}"
        ] += 1
    for campaign_id in Participant.objects.values_list("campaign_id", flat=True):
        found[campaign_id, "participants"] += 1
    for order in Order.objects.all():
        found[order.campaign_id, "orders"] += 1
        found[0, f"orders.{order.state}"] += 1
        found[order.campaign_id, f"orders.{order.state}"] += 1
        videos = {"failed": 0, "cancelled": min(order.video_count, order.video_limit)}
        counting = videos.get(order.state, order.video_limit)
        found[order.campaign_id, "orders.videos"] += counting
        found[order.campaign_id, "orders.ordered"] += counting > 0
    visible = set(Post.objects.filter(is_visible()).values_list("pk", flat=True))
    for post in Post.objects.select_related("video"):
        for subject in (0, post.campaign_id):
            found[subject, "posts"] += post.pk in visible
            found[subject, "posts.hidden"] += post.hidden_at is not None
            if post.pk in visible and post.video and post.video.video_views is not None:
                found[subject, "posts.with_views"] += 1
                found[subject, "views"] += post.video.video_views
    return {key: amount for key, amount in found.items() if amount}


class Writer:
    """Writes something, at random, in one of the ways in which the product writes."""

    def __init__(self, seed: int) -> None:
        self.chance, self.number = random.Random(seed), 0

    def step(self) -> None:
        acts: list[Callable[[], object]] = [
            self.add, self.add, self.add, self.order, self.post, self.post, self.post, self.change_views, self.change_views,
            self.change_posts, self.change_orders, self.change_status, self.consent, self.consent, self.change_grant,
            self.withdraw, self.move_post, self.archive, self.delete, self.fail, fold_counters,
        ]  # fmt: skip
        self.number += 1
        self.chance.choice(acts)()

    def one_of(self, model: type) -> object:
        rows = list(model.objects.order_by("pk"))  # type: ignore[attr-defined]
        return self.chance.choice(rows) if rows else None

    def add(self) -> None:
        campaign = self.one_of(Campaign) or a_campaign()
        account = a_participant(campaign, f"maya{self.number}")
        for part in range(2):
            a_video(account, f"{self.number}{part}", video_views=self.chance.choice([None, 0, 70]))

    def order(self) -> None:
        if (campaign := self.one_of(Campaign)) and (account := self.one_of(SocialAccount)):
            order = an_order(campaign, account, tiktok_order_id=f"o{self.number}")
            again = {"request": order.request, "account": account, "state_at": order.state_at}
            Order.objects.bulk_create(
                Order(campaign=campaign, state=state, **again)
                for state in self.chance.sample(OrderState.values, 2)
            )

    def post(self) -> None:
        campaign, video = self.one_of(Campaign), self.one_of(Video)
        if (
            campaign
            and video
            and hasattr(video.creator, "account")
            and not campaign.posts.filter(network_post_id=video.tiktok_video_id).exists()
        ):
            state = {"published_since": self.chance.choice([None, timezone.now()])}
            a_post(campaign, video, origin=self.chance.choice(PostOrigin.values[:2]), **state)

    def change_views(self) -> None:
        videos = list(Video.objects.all()[: self.chance.randrange(5)])
        for video in videos:
            video.video_views = self.chance.choice([None, 5, 1_000_000_000_000])
        Video.objects.bulk_update(videos, ["video_views"])
        Video.objects.filter(pk__in=[video.pk for video in videos[2:]]).update(video_views=3)

    def change_posts(self) -> None:
        some = Post.objects.filter(pk__in=list(Post.objects.values_list("pk", flat=True)[::2]))
        some.update(**self.chance.choice([
            {"hidden_at": timezone.now()}, {"hidden_at": None}, {"published_since": None}, {"origin": PostOrigin.BY_HAND},
            {"video": None},
        ]))  # fmt: skip

    def change_orders(self) -> None:
        Order.objects.filter(state=OrderState.SENT).update(state=OrderState.OPENED, video_limit=3)
        if order := self.one_of(Order):
            order.state = self.chance.choice([OrderState.FAILED, OrderState.CANCELLED])
            order.video_count = self.chance.choice([0, 1, 9])
            order.save(update_fields=["state", "video_count"])

    def change_status(self) -> None:
        if creator := self.one_of(Creator):
            creator.marketplace_status = self.chance.choice(MarketplaceStatus.values)
            creator.save()

    def consent(self) -> None:
        creator = self.one_of(Creator)
        if creator is None or creator.consents.filter(withdrawn_at=None).exists():
            return
        if earlier := creator.consents.first():
            again = {"connection": earlier.connection, "granted_at": timezone.now()}
            Consent.objects.bulk_create([Consent(creator=creator, **again)])
        else:
            ConsentFactory.create(creator=creator)

    def change_grant(self) -> None:
        if grant := self.one_of(Connection):
            state = self.chance.choice(ConnectionState.values)
            with person_scope(grant.person_id):
                Connection.objects.filter(pk=grant.pk).update(state=state)

    def withdraw(self) -> None:
        if consent := self.one_of(Consent):
            Consent.objects.filter(pk=consent.pk).update(withdrawn_at=timezone.now())

    def move_post(self) -> None:
        if post := self.one_of(Post):
            to = a_campaign("Spring")
            Post.objects.filter(pk=post.pk).update(campaign=to)

    def archive(self) -> None:
        some = Influencer.objects.filter(
            pk__in=list(Influencer.objects.values_list("pk", flat=True)[::2])
        )
        some.update(archived_at=self.chance.choice([None, timezone.now()]))

    def delete(self) -> None:
        if found := self.one_of(self.chance.choice([Campaign, Order, Post, Influencer])):
            found.delete()

    def fail(self) -> None:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            self.add()
            raise ZeroDivisionError


def test_the_scheduled_task_adds_up_what_has_come_together(organization) -> None:
    campaign = a_campaign()
    for handle in ("maya.bakes", "rio.runs"):
        an_order(campaign, a_participant(campaign, handle))
    before = all_counts()
    assert Counter.objects.count() > len(before)
    tasks.fold_counters()
    assert (Counter.objects.count(), all_counts()) == (len(before), before)


@pytest.mark.parametrize("seed", range(6))
def test_counters_agree_with_a_count_after_any_writes(organization, seed) -> None:
    writer = Writer(seed)
    for _ in range(STEPS):
        writer.step()
    expected = counted()
    assert all_counts() == expected
    fold_counters()
    assert all_counts() == expected
    assert Counter.objects.count() == len(expected)
    assert recount() == (expected, expected)


def test_a_campaign_and_its_organization_say_what_is_kept(campaign) -> None:
    account = a_participant(campaign, "maya.bakes")
    a_post(campaign, a_video(account, "1", video_views=7))
    a_post(campaign, a_video(account, "2"), hidden_at=timezone.now())
    an_order(campaign, account)
    found = campaign_with_counts(campaign.pk)
    shown = ("order_count", "participant_count", "published_count", "hidden_count")
    assert [getattr(found, name) for name in shown] == [1, 1, 1, 1]
    assert (counts()["views"], counts(campaign.pk)["views"], counts()["nothing"]) == (7, 7, 0)


def test_a_counter_that_is_wrong_is_found_named_and_set_right(campaign) -> None:
    a_participant(campaign, "maya.bakes")
    Counter.objects.create(name="influencers", amount=3)
    Counter.objects.create(name="orders", subject_id=campaign.pk, amount=-1)
    said = StringIO()
    call_command("recount", stdout=said)
    assert said.getvalue().splitlines() == [
        "oaks: influencers was 4, is 1",
        f"oaks, campaign {campaign.pk}: orders was -1, is 0",
        "Counters agree with a count now.",
    ]
    assert all_counts() == counted()


def test_one_organization_counts_nothing_of_another(campaign) -> None:
    with organization_scope(an_organization("Elms")):
        an_account("tom.paints")
        assert recount()[1] == {(0, "influencers"): 1, (0, "accounts.in"): 1}
    assert all_counts() == {}


def test_who_sees_some_groups_only_sees_numbers_of_these(campaign) -> None:
    group = Group.objects.create(name="Food", key="food")
    inside, outside = (a_participant(campaign, handle) for handle in ("maya.bakes", "tom.paints"))
    Influencer.objects.filter(pk=inside.influencer_id).update(group=group)
    Influencer.objects.create(name="Put away", group=group, archived_at=timezone.now())
    for number, account in enumerate((inside, outside, outside)):
        an_order(campaign, account, tiktok_order_id=str(number))
        a_post(campaign, a_video(account, str(number), video_views=number + 7))
    everything = dict(organization_counts())
    with groups_scope([group.pk]):
        among = {name: count for name, count in organization_counts().items() if count}
        found = campaign_with_counts(campaign.pk)
        home = numbers(released=True)
    assert (found.order_count, found.participant_count, found.published_count) == (1, 1, 1)
    assert (home.influencers, home.open_orders, home.views) == (1, 1, 7)
    expected = {"influencers": 1, "accounts.in": 1, "orders.sent": 1, "posts": 1, "views": 7}
    assert among == {**expected, "posts.with_views": 1}
    with groups_scope(None):
        assert organization_counts() == everything
    assert (everything["posts"], everything["views"]) == (3, 24)


@pytest.mark.django_db(transaction=True)
def test_posts_and_views_that_are_written_at_once_are_counted_once() -> None:
    organization = an_organization("Oaks")
    with organization_scope(organization):
        campaigns = [a_campaign(f"Autumn {n}") for n in range(4)]
        account = an_account("maya.bakes")
        videos = [a_video(account, str(n), video_views=n) for n in range(12)]

    def write(n: int) -> None:
        try:
            with organization_scope(organization):
                if n < 4:
                    for video in videos:
                        a_post(campaigns[n], video)
                else:
                    for video in videos:
                        Video.objects.filter(pk=video.pk).update(video_views=n * 1_000)
                    fold_counters()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    with organization_scope(organization):
        assert all_counts() == counted()
        assert counts()["posts"] == 48
