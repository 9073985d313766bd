"""The fate of each row of a file of posts, found before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from campaigns.enums import PlaceState
from campaigns.errors import HIDDEN_POST
from campaigns.models import POST_NUMBERS, Campaign, NetworkPost, PostPlace, PostReading
from campaigns.services.networks.imports.fields import (
    ACCOUNT,
    COUNTED,
    NETWORK,
    PUBLISHED,
    URL,
    fields,
    moment_of,
    read_cell,
    spelled,
)
from campaigns.services.networks.posts import count_accounts, hidden_posts
from crm.enums import ImportFate, ImportPolicy, Network
from crm.errors import HandleNotReadable, TableRefused
from crm.models import Import, ImportRow, SocialAccount
from crm.policies.addresses import account_handle, account_name
from crm.services.imports.matching import earlier_rows, hashed
from crm.services.imports.meaning.rows import SHOWN_CELL, Column, fate_of, mapped_columns, read_row
from crm.services.imports.meaning.values import Reader
from crm.services.imports.reading.tables import Cells, kept_cell

MISSING = "missing"  # of a row's values: network and handle of the account that is not there
FINDS = "finds"  # the context's `way`: posts are kept, and only what keywords find waits for the campaign
Post = tuple[str, str]  # network, and its id of the post


@dataclass
class Draft:
    """A row on its way to its fate."""

    number: int
    cells: Cells
    values: dict[str, Any]
    reasons: list[list[str]]
    is_ambiguous: bool
    handle: str = ""
    account: SocialAccount | None = None
    key: Post | None = None
    url: str = ""
    post: NetworkPost | None = None
    duplicate_of: int | None = None
    changes: dict[str, list[Any]] = field(default_factory=dict)
    missing: str = ""  # the network whose account of this handle takes no part

    @property
    def fate(self) -> ImportFate:
        is_known = self.post is not None
        return fate_of(self.reasons, self.duplicate_of, self.changes, is_known=is_known)


def campaign_of(parent: Import) -> Campaign:
    """The campaign that an import is for. Raises TableRefused if it is gone."""
    campaign = Campaign.objects.filter(pk=parent.context.get("campaign")).first()
    if campaign is None:
        raise TableRefused("The campaign of this import is no longer there.")
    return campaign


def fates_of(parent: Import, rows: Sequence[tuple[int, Cells]]) -> tuple[list[ImportRow], int]:
    """The rows with their fates, not saved; and how many only the decimal mark would settle."""
    campaign, columns = campaign_of(parent), mapped_columns(parent, fields())
    reader = Reader(marks=set(parent.decimal_mark or parent.proven_marks))
    drafts = [_read(number, cells, columns, reader, parent) for number, cells in rows]
    keys = {draft.key for draft in drafts if draft.key}
    posts, hidden = posts_by_key(keys), hidden_posts(keys)
    accounts = _Accounts(campaign)
    for draft in drafts:
        if draft.key in hidden:
            draft.reasons.append(["", HIDDEN_POST, ""])
        draft.post = posts.get(draft.key) if draft.key else None
        if not draft.reasons:
            _find_account(draft, accounts)
    _find_duplicates(parent, drafts)
    _find_changes(campaign, parent, drafts, columns)
    return [_row(parent, draft) for draft in drafts], sum(draft.is_ambiguous for draft in drafts)


def _read(
    number: int, cells: Cells, columns: Sequence[Column], reader: Reader, parent: Import
) -> Draft:
    row = read_row(
        cells,
        columns,
        lambda column, cell, _: read_cell(column, cell, reader),
        len(parent.columns),
    )
    draft = Draft(number, cells, row.values, row.reasons, row.is_ambiguous)
    if URL in row.values:
        network, post_id, draft.url, draft.handle = row.values[URL]
        draft.key = (network, post_id)
        _name_account(draft, Network(network))
        if row.values.get(NETWORK, network) != network:
            label = Network(network).label
            draft.reasons.append(["", f"The address is one of {label}, the row names another.", ""])
    elif not row.reasons:
        draft.reasons.append(["", "The row has no address of a post.", ""])
    return draft


def _name_account(draft: Draft, network: Network) -> None:
    """The handle that the row names, else the one of its address."""
    if ACCOUNT not in draft.values:
        return
    try:
        draft.handle = account_handle(network, draft.values[ACCOUNT])
    except HandleNotReadable as refused:
        draft.reasons.append(["", str(refused), draft.values[ACCOUNT][:SHOWN_CELL]])


def posts_by_key(keys: Iterable[Post]) -> dict[Post, NetworkPost]:
    """The posts of the organization among these, by network and id."""
    wanted = set(keys)
    found = NetworkPost.objects.filter(network_post_id__in=[post_id for _, post_id in wanted])
    posts = {(post.network, post.network_post_id): post for post in found.select_related("account")}
    return {key: post for key, post in posts.items() if key in wanted}


class _Accounts:
    """The accounts of the campaign on other networks than TikTok."""

    def __init__(self, campaign: Campaign) -> None:
        rows = SocialAccount.objects.filter(participations__campaign=campaign)
        self.count = count_accounts(campaign)
        self.of: dict[str, dict[str, SocialAccount]] = {}
        for account in rows.exclude(network=Network.TIKTOK):
            self.of.setdefault(account.network, {})[account.handle] = account


def _find_account(draft: Draft, accounts: _Accounts) -> None:
    """The account of a post: as it is known, else as the row says, as the address says, or the only one that there is."""
    network = Network(draft.key[0] if draft.key else "")
    mine = accounts.of.get(network, {})
    if draft.post is not None:
        owner = draft.post.account
        if ACCOUNT in draft.values and draft.handle != owner.handle:
            reason = f"This post is known as one of {account_name(network, owner.handle)}."
            draft.reasons.append(["", reason, ""])
        draft.handle = owner.handle
    elif not draft.handle and len(mine) == 1 == accounts.count[network]:
        draft.handle = next(iter(mine))
    draft.account = mine.get(draft.handle)
    if draft.account is None and not draft.reasons:
        draft.reasons.append(["", _missing(network, draft.handle), ""])
        draft.missing = network if draft.handle else ""


def _missing(network: Network, handle: str) -> str:
    if not handle:
        return f"The row does not say whose post this is. Add a column with the {network.label} account."
    name = account_name(network, handle)
    return f"{name} takes no part in this campaign. Add the account above the rows, or under Influencers."


def _find_duplicates(parent: Import, drafts: Sequence[Draft]) -> None:
    """The first row about a post counts; a wrong row is no post's first."""
    keys = {draft.number: hashed(draft.key) for draft in drafts if draft.key}
    first = {key: min(rows)[0] for key, rows in earlier_rows(parent.pk, list(keys.values())).items() if rows}  # fmt: skip
    for draft in drafts:
        if draft.key and not draft.reasons:
            seen = first.setdefault(keys[draft.number], draft.number)
            draft.duplicate_of = seen if seen != draft.number else None


# --- what changes ---
def state_of(post: NetworkPost) -> dict[str, Any]:
    """The values of a post as rows of an import keep and compare them."""
    return {"caption": post.caption, PUBLISHED: spelled(post.published_at), **post.counts}


def _find_changes(
    campaign: Campaign, parent: Import, drafts: Sequence[Draft], columns: Iterable[Column]
) -> None:
    policies = {column.field.key: column.policy for column in columns}
    known = [draft for draft in drafts if draft.post is not None and draft.fate != ImportFate.ERROR]
    ids = [draft.post.pk for draft in known if draft.post]
    places = dict(
        PostPlace.objects.filter(campaign=campaign, post__in=ids).values_list("post", "state")
    )
    times = PostReading.objects.filter(post__in=ids).values_list("post", "read_at")
    read_at = {(post_id, spelled(moment)) for post_id, moment in times}
    for draft in known:
        post: Any = draft.post
        draft.changes = _changes(state_of(post), draft.values, policies)
        moment = draft.values.get(COUNTED)
        if moment and has_counts(draft.values) and (post.pk, moment) not in read_at:
            draft.changes[COUNTED] = [spelled(post.numbers_at), moment]
        state = places.get(post.pk, "")
        if parent.context.get("way") != FINDS and state != PlaceState.LISTED:
            before = PlaceState(state).label if state else ""
            draft.changes["place"] = [before, PlaceState.LISTED.label]


def has_counts(values: Mapping[str, Any]) -> bool:
    """Has a row a number of its post?"""
    return any(name in values for name in POST_NUMBERS)


def _changes(
    state: Mapping[str, Any], values: Mapping[str, Any], policies: Mapping[str, str]
) -> dict[str, list[Any]]:
    """[before, after] of each value that a row changes."""
    changes = {}
    for key, before in state.items():
        policy, after = policies.get(key, ImportPolicy.SKIP), values.get(key)
        is_wanted = policy == ImportPolicy.OVERWRITE or (
            policy == ImportPolicy.FILL_EMPTY and before in {"", None}
        )
        if after is not None and after != before and is_wanted:
            changes[key] = [before, after]
    return changes


def _row(parent: Import, draft: Draft) -> ImportRow:
    fate = draft.fate
    is_left_out = fate in {ImportFate.ERROR, ImportFate.DUPLICATE}
    caption = draft.values.get("caption", "").strip().partition("\n")[0]
    values = {key: value for key, value in draft.values.items() if key not in {ACCOUNT, NETWORK}}
    if draft.account is not None:
        values[ACCOUNT] = draft.account.pk
    keys = [hashed(draft.key)] if draft.key else []
    keys += [hashed((f"account.{network}", handle)) for network, handle in _named(draft)]
    return ImportRow(
        parent=parent,
        number=draft.number,
        fate=fate,
        influencer_id=draft.account.influencer_id if draft.account else None,
        label=(caption or draft.url)[:200],
        handle=draft.handle[:64],
        duplicate_of=draft.duplicate_of,
        values=_left_out(draft) if is_left_out else values,
        changes=draft.changes if fate == ImportFate.UPDATE else {},
        reasons=draft.reasons,
        cells=[kept_cell(cell) for cell in draft.cells] if fate != ImportFate.UNCHANGED else [],
        keys=keys,
    )


def _left_out(draft: Draft) -> dict[str, Any]:
    """The account that a row which is left out would need."""
    return {MISSING: [draft.missing, draft.handle]} if draft.missing else {}


def _named(draft: Draft) -> Iterator[tuple[str, str]]:
    """The accounts that a row may name, which are forgotten with whom they are; of a refused address the network is unknown."""
    if draft.key and draft.handle:
        yield draft.key[0], draft.handle
    elif named := draft.values.get(ACCOUNT, ""):
        yield from ((network, named.lstrip("@").lower()) for network in Network)


def key_of(row: ImportRow) -> Post:
    """The post that a row is about."""
    network, post_id = row.values[URL][:2]
    return network, post_id


def moment_in(row: ImportRow, key: str) -> Any:
    """The moment that a row has for this field; None where it has none."""
    return moment_of(row.values.get(key, ""))
