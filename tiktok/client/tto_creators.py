"""Brand side of TikTok One: creators, their videos, search and leaderboards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from . import answers, tto_answers, tto_types, types
from .brand_account import BrandAccount
from .normalize import plain_handle
from .tto_creator import TtoCreator


class CreatorReads(BrandAccount):
    """Reading creators. Every call here may be repeated."""

    def membership(self, handles: Sequence[str]) -> dict[str, types.Membership]:
        """Membership per handle, keyed as passed in; at most 20. GET ``/tto/tcm/creator/status/get/``.

        IN, NOT_IN or INVALID (no such handle). A handle TikTok does not answer for, or answers with an
        unknown word, is missing from the result.
        """
        if not handles:
            return {}
        plain = {handle: plain_handle(handle) for handle in handles}
        ask = self._get("/tto/tcm/creator/status/get/", handle_names=list(plain.values()))
        return self._client.read(ask, lambda raw: answers.memberships(raw, handles, plain))

    def public_profile(self, handle: str) -> types.Profile:
        """Profile with median views, engagement rate, price and labels. GET ``/tto/tcm/creator/public/``.

        Raises `NotInMarketplaceError` or `NotFoundError`. No country, audience or average views here.
        """
        ask = self._get("/tto/tcm/creator/public/", handle_name=plain_handle(handle))
        return self._client.read(ask, answers.profile)

    def public_videos(
        self, handle: str, *, video_ids: Sequence[str] = (), cursor: int = 0, limit: int = 10
    ) -> types.VideoPage:
        """Public videos, newest first. GET ``/tto/tcm/creator/public/video/list/``.

        ``limit`` 1–25, raised to hold all ``video_ids``, at most 25. Raises `NotInMarketplaceError` or
        `NotFoundError`.
        """
        ask = self._get(
            "/tto/tcm/creator/public/video/list/",
            handle_name=plain_handle(handle),
            video_ids=list(video_ids) or None,
            cursor=cursor or None,
            limit=max(limit, len(video_ids)),
        )
        return self._client.read(ask, answers.video_page)

    def authorized_profile(self, creator_token: str, open_id: str) -> types.Profile:
        """Profile and audience of a creator who consented: `TtoCreator.profile`."""
        creator = TtoCreator(self._client, creator_id=open_id, access_token=creator_token)
        return creator.profile()

    def authorized_videos(
        self,
        creator_token: str,
        open_id: str,
        *,
        video_ids: Sequence[str] = (),
        cursor: int = 0,
        limit: int = 10,
    ) -> types.VideoPage:
        """Videos of a creator who consented: `TtoCreator.videos`."""
        creator = TtoCreator(self._client, creator_id=open_id, access_token=creator_token)
        return creator.videos(video_ids=video_ids, cursor=cursor, limit=limit)

    def labels(self, label_type: Literal["SEARCH", "RANKING"] = "SEARCH") -> tto_types.Labels:
        """Labels to search or rank by. GET ``/tto/tcm/category/label/``."""
        ask = self._get("/tto/tcm/category/label/", label_type=label_type)
        return self._client.read(ask, tto_answers.labels)

    def rank(
        self,
        label_id: str,
        *,
        branded: bool = False,
        time_period: Literal["WEEK", "MONTH"] = "MONTH",
        lookback: Literal["ONE", "TWO", "THREE"] = "ONE",
        country_code: str = "US",
        page: int = 1,
        page_size: int = 20,
    ) -> tto_types.Ranking:
        """A leaderboard of at most 100 creators, in the US only. GET ``/tto/tcm/rank/``.

        ``label_id`` is a content label, or an industry label when ``branded``. TikTok sends these rates in
        percent; they are fractions here as everywhere. ``page_size`` 1–100.
        """
        ask = self._get(
            "/tto/tcm/rank/",
            ranking_type="BRANDED_CONTENT" if branded else "ORGANIC_CONTENT",
            time_period=time_period,
            time_period_lookback=lookback,
            label_id=label_id,
            country_code=country_code,
            page=page,
            page_size=page_size,
        )
        return self._client.read(ask, tto_answers.ranking)

    def discover(
        self, search: tto_types.Search, *, page: int = 1, page_size: int = 24
    ) -> tto_types.FoundPage:
        """Creators that fit. GET ``/tto/tcm/creator/discover/``.

        ``page_size`` 1–200. The audience's country is sent under both of its names when it is one.
        """
        countries = search.follower_country_codes
        ask = self._get(
            "/tto/tcm/creator/discover/",
            **{
                name: None if value in ((), []) else value
                for name, value in msgspec.structs.asdict(search).items()
            },
            follower_country_code=countries[0] if len(countries) == 1 else None,
            page=page,
            page_size=page_size,
        )
        return self._client.read(ask, tto_answers.found_page)
