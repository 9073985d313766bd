"""Posts of other networks than TikTok: entered by hand, changed, left out and brought back."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from campaigns.enums import NumbersSource, PlaceState, PostOrigin
from campaigns.errors import (
    AccountToChoose,
    NoAccountOfPost,
    OtherAccountOfPost,
    PostListedAlready,
)
from campaigns.models import (
    POST_NUMBERS,
    Campaign,
    NetworkPost,
    PostPlace,
    PostReading,
)
from campaigns.services.campaigns import activate, lock_campaign
from campaigns.services.networks.detection import detect_for
from campaigns.services.results.rolling import roll_networks
from crm.enums import Network
from crm.models import SocialAccount
from crm.policies.addresses import account_name
from crm.policies.post_addresses import PostAddress, post_address
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.scope import current_groups, groups_scope
from tenancy.services.events import record, record_each


@dataclass(frozen=True)
class PostFacts:
    """The facts of a post as somebody enters them. `counts`: numbers by name, None or absent where not known; they are as
    of `counted_at`, now unless it says so."""

    caption: str = ""
    published_at: datetime | None = None
    counts: Mapping[str, int | None] = field(default_factory=dict)
    counted_at: datetime | None = None


@transaction.atomic
def add_network_post(
    campaign: Campaign,
    address: str,
    facts: PostFacts,
    *,
    account: SocialAccount | None = None,
    actor: User | None,
) -> PostPlace:
    """Let the post at this address stand in the campaign; one that was left out, or that waits, is listed then.

    `account`: whose post it is, where its address does not say. Raises PostNotReadable (for TikTok TikTokPostRefused),
    AccountToChoose, NoAccountOfPost, OtherAccountOfPost, PostListedAlready.
    """
    lock_campaign(campaign)
    read = post_address(address)
    post = known_post(read)
    if post is None and hidden_posts({(read.network, read.post_id)}):
        raise OtherAccountOfPost
    if post is None:
        post = NetworkPost(
            account=_account_of(campaign, read, account),
            network=read.network,
            network_post_id=read.post_id,
            url=read.url,
        )
    elif account is not None and account.pk != post.account_id:
        raise OtherAccountOfPost(str(post.account))
    else:
        _taking_part(campaign, post.account)
    _write(post, facts)
    place = _list_post(campaign, post, actor)
    detect_for([post.account_id])
    return place


def _list_post(campaign: Campaign, post: NetworkPost, actor: User | None) -> PostPlace:
    """The place of a post that somebody lets stand in the campaign. Raises PostListedAlready."""
    place = PostPlace.objects.filter(campaign=campaign, post=post).first() or PostPlace(
        campaign=campaign, post=post, account_id=post.account_id
    )
    if place.pk and place.state == PlaceState.LISTED:
        raise PostListedAlready
    place.published_at = post.published_at
    place.origin, place.state = PostOrigin.BY_HAND, PlaceState.LISTED
    place.save()
    roll_networks([campaign.pk])
    activate(campaign)
    record(Verb.NETWORK_POST_ADDED, post.account, actor=actor, post=post.pk, campaign=campaign.pk)
    return place


def known_post(read: PostAddress) -> NetworkPost | None:
    """The post of the organization that has this address."""
    posts = NetworkPost.objects.select_related("account").filter(
        network=read.network, network_post_id=read.post_id
    )
    return posts.first()


def hidden_posts(keys: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """The posts among these, by network and its id, that are known and that are of nobody whom the member sees."""
    if current_groups() is None:
        return set()
    ids = [post_id for _, post_id in keys]
    with groups_scope(None):
        rows = NetworkPost.objects.filter(network_post_id__in=ids)
        known = set(rows.values_list("network", "network_post_id"))
    seen = NetworkPost.objects.filter(network_post_id__in=ids)
    return (known & set(keys)) - set(seen.values_list("network", "network_post_id"))


def _account_of(
    campaign: Campaign, read: PostAddress, chosen: SocialAccount | None
) -> SocialAccount:
    """The account that has published the post: the one that its address names, else the chosen one, else the only one."""
    taking_part = SocialAccount.objects.filter(
        participations__campaign=campaign, network=read.network
    )
    label = Network(read.network).label
    if read.handle:
        found = taking_part.filter(handle=read.handle).first()
        if found is None and chosen is None:
            raise NoAccountOfPost(label, account_name(read.network, read.handle))
        if found is not None:
            return found
    if chosen is not None:
        _taking_part(campaign, chosen)
        if chosen.network != read.network:
            raise AccountToChoose(label)
        return chosen
    first = taking_part.first()
    if first is None:
        raise NoAccountOfPost(label)
    if count_accounts(campaign)[read.network] > 1:
        raise AccountToChoose(label)
    return first


def count_accounts(campaign: Campaign) -> Counter[str]:
    """How many accounts of each network take part, those that the member does not see too: only a single one needs no name."""
    with groups_scope(None):
        rows = SocialAccount.objects.filter(participations__campaign=campaign)
        return Counter(rows.values_list("network", flat=True))


def _taking_part(campaign: Campaign, account: SocialAccount) -> None:
    if not campaign.participants.filter(account=account.pk).exists():
        raise NoAccountOfPost(account.get_network_display(), str(account))


def _write(post: NetworkPost, facts: PostFacts) -> None:
    """Keep what was entered: texts and numbers that were left empty stay as they are."""
    post.caption = facts.caption or post.caption
    post.published_at = facts.published_at or post.published_at
    post.save()
    _follow_date(post)
    if any(count is not None for count in facts.counts.values()):
        note_reading(post, facts.counts, source=NumbersSource.BY_HAND, at=facts.counted_at)


def _follow_date(post: NetworkPost) -> None:
    """Let every campaign in which the post stands, or waits, have its date."""
    PostPlace.objects.filter(post=post).update(published_at=post.published_at)
    add_up_posts([post.pk])


def note_reading(
    post: NetworkPost,
    counts: Mapping[str, int | None],
    *,
    source: NumbersSource,
    at: datetime | None = None,
) -> None:
    """Append the numbers of a post as of a moment, now unless it says so."""
    PostReading.objects.create(post=post, source=source, read_at=at or timezone.now(), **counts)
    show_latest([post.pk])


def show_latest(post_ids: Collection[int]) -> None:
    """Let posts show their latest numbers, with source and time of the latest reading.

    What somebody enters is whole: a number left empty is missing then. A file says what it says: beside its numbers the
    earlier ones stay.
    """
    posts = list(NetworkPost.objects.select_for_update().filter(pk__in=post_ids).order_by("pk"))
    readings: dict[int, list[PostReading]] = defaultdict(list)
    found = PostReading.objects.filter(post__in=post_ids).order_by("-read_at", "-pk")
    for reading in found:
        readings[reading.post_id].append(reading)
    for post in posts:
        mine = readings[post.pk]
        for name in POST_NUMBERS:
            setattr(post, name, _latest(mine, name))
        post.numbers_source = mine[0].source if mine else ""
        post.numbers_at = mine[0].read_at if mine else None
    NetworkPost.objects.bulk_update(
        posts, [*POST_NUMBERS, "numbers_source", "numbers_at"], batch_size=500
    )
    add_up_posts(post_ids)


def add_up_posts(post_ids: Collection[int]) -> None:
    """Have the campaigns added up anew in which these posts stand."""
    places = PostPlace.objects.filter(post__in=post_ids, state=PlaceState.LISTED).order_by()
    roll_networks(places.values_list("campaign", flat=True).distinct())


def _latest(readings: Iterable[PostReading], name: str) -> int | None:
    """The latest value of a number; none from before the latest entry by hand."""
    for reading in readings:
        count: int | None = getattr(reading, name)
        if count is not None or reading.source == NumbersSource.BY_HAND:
            return count
    return None


@transaction.atomic
def change_network_post(place: PostPlace, facts: PostFacts, *, actor: User | None) -> None:
    """Change caption and time of a post, and append numbers that are not the ones which it shows."""
    lock_campaign(place.campaign)
    post = NetworkPost.objects.select_for_update().get(pk=place.post_id)
    before = (post.caption, post.published_at, post.counts)
    post.caption, post.published_at = facts.caption, facts.published_at
    post.save(update_fields=["caption", "published_at"])
    _follow_date(post)
    counts = {name: facts.counts.get(name) for name in POST_NUMBERS}
    is_other = counts != post.counts or facts.counted_at not in {None, post.numbers_at}
    if is_other:
        note_reading(post, counts, source=NumbersSource.BY_HAND, at=facts.counted_at)
    if is_other or before[:2] != (post.caption, post.published_at):
        detect_for([post.account_id])
        record(
            Verb.NETWORK_POST_CHANGED, post.account, actor=actor, post=post.pk,
            campaign=place.campaign_id,
        )  # fmt: skip


@transaction.atomic
def place_known_post(campaign: Campaign, post: NetworkPost, *, actor: User | None) -> PostPlace:
    """Let a post that is known stand in the campaign. Raises NoAccountOfPost, PostListedAlready."""
    lock_campaign(campaign)
    _taking_part(campaign, post.account)
    return _list_post(campaign, post, actor)


VERBS = {
    PlaceState.LISTED: Verb.NETWORK_POST_ACCEPTED,
    PlaceState.REFUSED: Verb.NETWORK_POST_LEFT_OUT,
    PlaceState.WAITING: Verb.NETWORK_POST_WAITING_AGAIN,
}


@transaction.atomic
def move_posts(
    campaign: Campaign,
    place_ids: Collection[int],
    to: PlaceState,
    *,
    since: PlaceState,
    actor: User | None,
) -> list[int]:
    """Give those of these places that are in the state `since` another one: accept what was found, leave it out, undo.

    Whatever somebody has moved elsewhere meanwhile stays there. Returns the places that have moved.
    """
    lock_campaign(campaign)
    rows = PostPlace.objects.select_for_update(of=("self",)).filter(
        campaign=campaign, pk__in=place_ids, state=since
    )
    if to == PlaceState.WAITING:
        rows = rows.filter(origin=PostOrigin.KEYWORD)
    found = list(rows.order_by("pk").select_related("account"))
    moved = [place.pk for place in found]
    PostPlace.objects.filter(pk__in=moved).update(state=to)
    roll_networks([campaign.pk])
    if to == PlaceState.LISTED and moved:
        activate(campaign)
    accounts = list({place.account_id: place.account for place in found}.values())
    record_each(VERBS[to], accounts, actor=actor, campaign=campaign.pk)
    return moved
