"""Writing the rows of a file of posts, as they were previewed or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from campaigns.enums import NumbersSource, PlaceState, PostOrigin
from campaigns.models import (
    POST_NUMBERS,
    Campaign,
    NetworkPost,
    PostPlace,
    PostReading,
)
from campaigns.services.campaigns import activate, lock_campaign
from campaigns.services.networks.detection import detect_for
from campaigns.services.networks.imports.fates import (
    FINDS,
    Post,
    campaign_of,
    has_counts,
    key_of,
    moment_in,
    posts_by_key,
    state_of,
)
from campaigns.services.networks.imports.fields import ACCOUNT, COUNTED, PUBLISHED, URL, moment_of
from campaigns.services.networks.posts import add_up_posts, hidden_posts, show_latest
from campaigns.services.results.rolling import roll_networks
from crm.enums import ImportFate
from crm.models import Import, ImportRow, SocialAccount
from crm.services.imports.writing import leave_out
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record_each

EXISTS_NOW = "Since the preview somebody has added this post. Choose the file again to update it."
CHANGED_NOW = "Since the preview somebody has changed this post. Choose the file again to see how."
LEFT_NOW = "Since the preview this account has left the campaign. Add it under Influencers first."


def write_rows(parent: Import, rows: Sequence[ImportRow], actor: User | None) -> Mapping[str, int]:
    """Write these rows in the transaction of the caller. How many of each fate."""
    campaign = campaign_of(parent)
    lock_campaign(campaign)
    posts = posts_by_key(map(key_of, rows))
    list(NetworkPost.objects.select_for_update().filter(pk__in=[p.pk for p in posts.values()]))
    good = _still_right(campaign, parent, rows, posts)
    new = [row for row in good if row.fate == ImportFate.NEW]
    known = [row for row in good if row.fate == ImportFate.UPDATE]
    _create(parent, new, posts)
    _update(known, posts)
    _note_readings(parent, [row for row in good if _has_news(row)], posts)
    if parent.context.get("way") != FINDS:
        _list_posts(campaign, parent, [row for row in good if _is_to_list(row)], posts)
    _finish(campaign, parent, good, actor)
    return {ImportFate.NEW: len(new), ImportFate.UPDATE: len(known)}


def _still_right(
    campaign: Campaign, parent: Import, rows: Sequence[ImportRow], posts: Mapping[Post, NetworkPost]
) -> list[ImportRow]:
    """The rows that would be previewed as they were; the others are left out, with the reason."""
    owners = {row.values[ACCOUNT] for row in rows}
    present = set(
        campaign.participants.filter(account__in=owners).values_list("account", flat=True)
    )
    states = _places(campaign, posts)
    gone = [row for row in rows if row.values[ACCOUNT] not in present]
    here = [row for row in rows if row.values[ACCOUNT] in present]
    known = {*posts, *hidden_posts([key_of(row) for row in here])}
    late = [row for row in here if row.fate == ImportFate.NEW and key_of(row) in known]
    changed = [
        row
        for row in here
        if row.fate == ImportFate.UPDATE and _is_changed(row, posts.get(key_of(row)), states)
    ]
    for left_out, reason in ((gone, LEFT_NOW), (late, EXISTS_NOW), (changed, CHANGED_NOW)):
        leave_out(left_out, reason)
    wrong = {row.pk for row in (*gone, *late, *changed)}
    return [row for row in rows if row.pk not in wrong]


def _places(campaign: Campaign, posts: Mapping[Post, NetworkPost]) -> dict[int, PostPlace]:
    ids = [post.pk for post in posts.values()]
    places = PostPlace.objects.select_for_update().filter(campaign=campaign, post__in=ids)
    return {place.post_id: place for place in places.order_by("pk")}


def _is_changed(row: ImportRow, post: NetworkPost | None, places: Mapping[int, PostPlace]) -> bool:
    """Has the post another value than the preview showed where the row changes it?"""
    if post is None:
        return True
    place = places.get(post.pk)
    now = {**state_of(post), "place": place.get_state_display() if place else ""}
    return any(key in now and now[key] != before for key, (before, _) in row.changes.items())


def _create(parent: Import, rows: Sequence[ImportRow], posts: dict[Post, NetworkPost]) -> None:
    made = NetworkPost.objects.bulk_create(
        NetworkPost(
            account_id=row.values[ACCOUNT],
            network=row.values[URL][0],
            network_post_id=row.values[URL][1],
            url=row.values[URL][2],
            caption=row.values.get("caption", ""),
            published_at=moment_in(row, PUBLISHED),
            imported_by=parent,
        )
        for row in rows
    )
    posts |= {(post.network, post.network_post_id): post for post in made}


def _update(rows: Sequence[ImportRow], posts: Mapping[Post, NetworkPost]) -> None:
    changed = []
    for row in rows:
        post = posts[key_of(row)]
        if "caption" in row.changes:
            post.caption = row.changes["caption"][1]
        if PUBLISHED in row.changes:
            post.published_at = moment_of(row.changes[PUBLISHED][1])
            PostPlace.objects.filter(post=post).update(published_at=post.published_at)
        changed.append(post)
    NetworkPost.objects.bulk_update(changed, ["caption", "published_at"], batch_size=500)
    add_up_posts([post.pk for post in changed])


def _has_news(row: ImportRow) -> bool:
    if row.fate == ImportFate.NEW:
        return has_counts(row.values)
    return not {*POST_NUMBERS, COUNTED}.isdisjoint(row.changes)


def _note_readings(
    parent: Import, rows: Sequence[ImportRow], posts: Mapping[Post, NetworkPost]
) -> None:
    """Append the numbers of each row, as of the moment that it names, else of the upload."""
    readings = []
    for row in rows:
        post = posts[key_of(row)]
        counts = _counts(row, post)
        at = moment_in(row, COUNTED) or parent.created_at
        readings.append(
            PostReading(
                post=post, source=NumbersSource.IMPORTED, read_at=at, imported_by=parent, **counts
            )
        )
    PostReading.objects.bulk_create(readings)
    show_latest([reading.post_id for reading in readings])


def _counts(row: ImportRow, post: NetworkPost) -> dict[str, Any]:
    """The numbers of a row but for those that are not to be imported."""
    return {
        name: value
        for name, value in row.values.items()
        if name in POST_NUMBERS
        and (row.fate == ImportFate.NEW or name in row.changes or value == getattr(post, name))
    }


def _is_to_list(row: ImportRow) -> bool:
    return row.fate == ImportFate.NEW or "place" in row.changes


def _list_posts(
    campaign: Campaign,
    parent: Import,
    rows: Sequence[ImportRow],
    posts: Mapping[Post, NetworkPost],
) -> None:
    """Let the posts stand in the campaign; those that a keyword had found, or that were left out, are listed as they came."""
    mine = [posts[key_of(row)] for row in rows]
    listed = {"state": PlaceState.LISTED, "imported_by": parent}
    PostPlace.objects.filter(campaign=campaign, post__in=mine).update(**listed)
    PostPlace.objects.bulk_create(
        [
            PostPlace(
                campaign=campaign,
                post=post,
                account_id=post.account_id,
                published_at=post.published_at,
                origin=PostOrigin.IMPORTED,
                **listed,
            )
            for post in mine
        ],
        ignore_conflicts=True,
    )
    if mine:
        activate(campaign)
        roll_networks([campaign.pk])


def _finish(
    campaign: Campaign, parent: Import, rows: Sequence[ImportRow], actor: User | None
) -> None:
    ids = [row.pk for row in rows]
    ImportRow.objects.filter(pk__in=ids).update(written_at=timezone.now(), cells=[])
    owners = sorted({row.values[ACCOUNT] for row in rows})
    accounts = list(SocialAccount.objects.filter(pk__in=owners))
    record_each(
        Verb.NETWORK_POSTS_IMPORTED, accounts, actor=actor, texts={"file": parent.name},
        file_import=parent.pk, campaign=campaign.pk,
    )  # fmt: skip
    detect_for(owners)
