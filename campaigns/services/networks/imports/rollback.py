"""Taking an import of posts back: what it added goes, what it changed returns; what changed since stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from campaigns.enums import PlaceState
from campaigns.models import NetworkPost, PostPlace, PostReading
from campaigns.services.campaigns import lock_campaign
from campaigns.services.networks.imports.fates import campaign_of, key_of, posts_by_key, state_of
from campaigns.services.networks.imports.fields import PUBLISHED, moment_of
from campaigns.services.networks.posts import add_up_posts, show_latest
from crm.enums import ImportFate
from crm.models import Import, ImportRow, SocialAccount
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record_each

STATES = {state.label: state for state in PlaceState}
TEXTS = ("caption", PUBLISHED)


@dataclass
class Verdict:
    """The effect of a roll-back on a row: values that return, and what stays because it changed since."""

    row: ImportRow
    post: NetworkPost | None
    returning: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def is_removed(self) -> bool:
        return self.row.fate == ImportFate.NEW and self.post is not None and not self.kept


def verdicts(parent: Import, rows: Sequence[ImportRow]) -> list[Verdict]:
    """The effects that a roll-back of these rows would have now. A post that is gone has none."""
    posts = posts_by_key(map(key_of, rows))
    ids = [post.pk for post in posts.values()]
    places = PostPlace.objects.filter(post__in=ids, campaign=parent.context.get("campaign"))
    mine = {place.post_id: place for place in places}
    others: dict[int, dict[str, int]] = {}
    for name, found in (
        ("+numbers entered since", PostReading.objects.filter(post__in=ids)),
        ("+places in campaigns", PostPlace.objects.filter(post__in=ids)),
    ):
        for post_id in found.exclude(imported_by=parent).values_list("post", flat=True):
            counts = others.setdefault(post_id, {})
            counts[name] = counts.get(name, 0) + 1
    return [
        _verdict(row, posts.get(key_of(row)), mine, others) for row in rows
    ]  # fmt: skip


def _verdict(
    row: ImportRow,
    post: NetworkPost | None,
    places: dict[int, PostPlace],
    others: dict[int, dict[str, int]],
) -> Verdict:
    verdict = Verdict(row, post)
    if post is None:
        return verdict
    state, is_new = state_of(post), row.fate == ImportFate.NEW
    if is_new:
        verdict.kept = dict(others.get(post.pk, {}))
    for key in TEXTS:
        if not is_new and key not in row.changes:
            continue
        before, after = ("", row.values.get(key, "")) if is_new else row.changes[key]
        if state[key] != after:
            verdict.kept[key] = state[key]
        elif not is_new:
            verdict.returning[key] = before
    if not is_new and "place" in row.changes:
        _judge_place(verdict, places.get(post.pk))
    return verdict


def _judge_place(verdict: Verdict, place: PostPlace | None) -> None:
    """The place returns to its earlier state, unless somebody has decided about it since."""
    if place is None:
        return
    if place.state != PlaceState.LISTED or place.imported_by_id != verdict.row.parent_id:
        verdict.kept["place"] = place.get_state_display()
    else:
        verdict.returning["place"] = verdict.row.changes["place"][0]


def note_verdicts(rows: Sequence[ImportRow]) -> int:
    """Keep on each row what a roll-back would keep, for its preview. How many rows have something."""
    found = verdicts(rows[0].parent, rows)
    for verdict in found:
        verdict.row.kept = verdict.kept
    ImportRow.objects.bulk_update(rows, ["kept"], batch_size=500)
    return sum(bool(verdict.kept) for verdict in found)


def take_back(parent: Import, rows: Sequence[ImportRow], actor: User | None) -> dict[str, int]:
    """Roll these rows back in the transaction of the caller. How many posts went, returned and stayed."""
    campaign = campaign_of(parent)
    lock_campaign(campaign)
    found = [verdict for verdict in verdicts(parent, rows) if verdict.post is not None]
    posts = {verdict.row.pk: verdict.post for verdict in found if verdict.post is not None}
    gone = [posts[verdict.row.pk].pk for verdict in found if verdict.is_removed]
    add_up_posts([post.pk for post in posts.values()])
    NetworkPost.objects.filter(pk__in=gone).delete()
    known = [verdict for verdict in found if verdict.row.fate != ImportFate.NEW]
    for verdict in known:
        _return(posts[verdict.row.pk], verdict.returning, campaign.pk)
    stayed = [posts[verdict.row.pk].pk for verdict in known]
    PostReading.objects.filter(post__in=stayed, imported_by=parent).delete()
    show_latest(stayed)
    for verdict in found:
        verdict.row.kept, verdict.row.rolled_back_at = verdict.kept, timezone.now()
    ImportRow.objects.bulk_update(
        [verdict.row for verdict in found], ["kept", "rolled_back_at"], batch_size=500
    )
    owners = {post.account_id for post in posts.values()}
    accounts = list(SocialAccount.objects.filter(pk__in=owners))
    texts = {"file": parent.name}
    record_each(
        Verb.NETWORK_POSTS_IMPORT_UNDONE, accounts, actor=actor, texts=texts, file_import=parent.pk
    )
    return {
        "removed": len(gone),
        "returned": len(known),
        "kept": sum(bool(verdict.kept) for verdict in found),
    }


def _return(post: NetworkPost, back: Mapping[str, Any], campaign_id: int) -> None:
    """Give a post that was here before its earlier texts and place."""
    if "caption" in back:
        NetworkPost.objects.filter(pk=post.pk).update(caption=back["caption"])
    if PUBLISHED in back:
        moment = moment_of(back[PUBLISHED])
        NetworkPost.objects.filter(pk=post.pk).update(published_at=moment)
        PostPlace.objects.filter(post=post).update(published_at=moment)
    places = PostPlace.objects.filter(post=post, campaign=campaign_id)
    if back.get("place") == "":
        places.delete()
    elif "place" in back:
        places.update(state=STATES[back["place"]])
