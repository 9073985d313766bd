"""TikTok One's own search, rankings and profiles: asked for a person, held for minutes in Redis, kept nowhere else.

An answer that takes long is held when it comes: a page that asks again finds it. Nobody asks the same twice at a time.
Never inside a transaction, so not while a page is read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Generic, Literal, TypeVar

import msgspec

from jobs.services.at_once import do_at_once
from tiktok import limits
from tiktok.client import DIALECTS, DiscoveryMarketplace, Search, tto_types, types
from tiktok.client.normalize import plain_handle
from tiktok.enums import AccountState
from tiktok.errors import CallsUncounted, TikTokBusy, TikTokProblem, TikTokRefused
from tiktok.models import MarketplaceAccount
from tiktok.queries import marketplace_accounts
from tiktok.services.gateway import discovery_marketplace, tiktok_call
from tiktok.store import StoreIsDown, key, store

__all__ = ["Search"]

PAGE_SIZE, RANKING_PAGE_SIZE, MOST_RANKED = 24, 20, 100
RANKED_COUNTRY = "US"  # the only one that TikTok ranks
HELD_SECONDS, LABELS_HELD_SECONDS = 600, 86_400
# A problem is there for the page that waits for it; the next question asks TikTok again.
PROBLEM_HELD_SECONDS = 30
# Longer than a question can take, however slow TikTok is.
ASKING_SECONDS = 90

T = TypeVar("T")
Purpose = Literal["SEARCH", "RANKING"]
Ask = Callable[[DiscoveryMarketplace], T]


class ProblemKind(StrEnum):
    """The kinds of reasons for which there is no answer, as a page tells them apart."""

    PAUSED = "paused"
    REFUSED = "refused"
    FAILED = "failed"


class Problem(msgspec.Struct, frozen=True):
    """The reason why there is no answer, as a sentence a page can show."""

    kind: ProblemKind
    text: str

    @classmethod
    def of(cls, problem: TikTokProblem) -> Problem:
        """The problem that this error is to whoever waits."""
        if isinstance(problem, TikTokBusy):
            return cls(ProblemKind.PAUSED, str(problem))
        is_refusal = isinstance(problem, TikTokRefused)
        return cls(ProblemKind.REFUSED if is_refusal else ProblemKind.FAILED, str(problem))


@dataclass(frozen=True)
class Reply(Generic[T]):
    """TikTok's answer to the question of a page, or why there is none; neither while it is on its way."""

    value: T | None = None
    problem: Problem | None = None

    @property
    def is_coming(self) -> bool:
        return self.value is None and self.problem is None


def discovery_account() -> MarketplaceAccount | None:
    """The connected account that the marketplace is searched through: of those that can, the one chosen last."""
    connected = marketplace_accounts().filter(state=AccountState.CONNECTED)
    return next((each for each in connected if _can_search(each)), None)


def _can_search(account: MarketplaceAccount) -> bool:
    return DIALECTS[account.dialect].capabilities.has_discovery


# --- questions ---------------------------------------------------------------------------------------------------
def search_creators(
    account: MarketplaceAccount, search: Search, *, page: int = 1
) -> Reply[tto_types.FoundPage]:
    """A page of creators of the marketplace that match (`/tto/tcm/creator/discover/`)."""
    return _reply(
        account,
        ("search", _digest(search), page),
        tto_types.FoundPage,
        lambda tiktok: tiktok.discover(search, page=page, page_size=PAGE_SIZE),
    )


def ranked_creators(
    account: MarketplaceAccount,
    label_id: str,
    *,
    branded: bool,
    period: Literal["WEEK", "MONTH"],
    lookback: Literal["ONE", "TWO", "THREE"],
    page: int = 1,
) -> Reply[tto_types.Ranking]:
    """A page of one of TikTok's rankings (`/tto/tcm/rank/`), which it makes of the United States only."""
    board = (label_id, branded, period, lookback)
    return _reply(
        account,
        ("rank", _digest(board), page),
        tto_types.Ranking,
        lambda tiktok: tiktok.rank(
            label_id,
            branded=branded,
            time_period=period,
            lookback=lookback,
            country_code=RANKED_COUNTRY,
            page=page,
            page_size=RANKING_PAGE_SIZE,
        ),
    )


def known_labels(account: MarketplaceAccount, purpose: Purpose) -> tto_types.Labels | None:
    """The labels that `labels_of` holds. Asks nobody."""
    try:
        answer = store().get(_place(account, "labels", purpose))
    except StoreIsDown:
        return None
    return None if answer is None else msgspec.json.decode(answer, type=tto_types.Labels)


def labels_of(account: MarketplaceAccount, purpose: Purpose) -> Reply[tto_types.Labels]:
    """Labels to search or rank by (`/tto/tcm/category/label/`), asked once a day."""
    return _reply(
        account,
        ("labels", purpose),
        tto_types.Labels,
        lambda tiktok: tiktok.labels(purpose),
        seconds=LABELS_HELD_SECONDS,
    )


def shown_profile(account: MarketplaceAccount, handle: str) -> Reply[types.Profile]:
    """The numbers of one creator that a search leaves out (`/tto/tcm/creator/public/`)."""
    handle = plain_handle(handle)
    return _reply(
        account,
        ("profile", _digest(handle)),
        types.Profile,
        lambda tiktok: tiktok.public_profile(handle),
    )


def _digest(question: object) -> str:
    return hashlib.blake2b(msgspec.json.encode(question), digest_size=12).hexdigest()


# --- answers -----------------------------------------------------------------------------------------------------
def _reply(
    account: MarketplaceAccount,
    question: tuple[object, ...],
    kind: type[T],
    ask: Ask[T],
    *,
    seconds: int = HELD_SECONDS,
) -> Reply[T]:
    """The held answer to this question; else TikTok's, if it comes while a person may wait."""
    place = _place(account, *question)
    try:
        reply = _held(place, kind)
        if reply.is_coming:
            do_at_once(partial(_ask, place, account, ask, seconds))
            reply = _held(place, kind)
    except StoreIsDown:
        return Reply(problem=Problem.of(CallsUncounted(limits.UNCOUNTED_SECONDS)))
    return reply


def _place(account: MarketplaceAccount, *question: object) -> str:
    return key("found", account.pk, *question)


def _held(place: str, kind: type[T]) -> Reply[T]:
    """A problem is said once: whoever asks again wants TikTok to be asked again."""
    answer, problem = store().mget(place, f"{place}:problem")
    if answer is not None:
        return Reply(value=msgspec.json.decode(answer, type=kind))
    if problem is None:
        return Reply()
    store().delete(f"{place}:problem")
    return Reply(problem=msgspec.json.decode(problem, type=Problem))


def _ask(place: str, account: MarketplaceAccount, ask: Ask[T], seconds: int) -> None:
    if not store().set(f"{place}:asking", 1, nx=True, ex=ASKING_SECONDS):
        return  # somebody asks already; their answer is held here too
    try:
        if store().exists(place):
            return  # it came since
        with tiktok_call():
            answer = ask(discovery_marketplace(account))
        store().set(place, msgspec.json.encode(answer), ex=seconds)
    except TikTokProblem as problem:
        said = msgspec.json.encode(Problem.of(problem))
        store().set(f"{place}:problem", said, ex=PROBLEM_HELD_SECONDS)
    finally:
        store().delete(f"{place}:asking")
