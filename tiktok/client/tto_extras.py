"""Brand side of TikTok One: videos worth boosting and web anchors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from . import tto_answers as answers
from . import tto_types
from .ask import Ask
from .brand_account import BrandAccount


class ExtraCalls(BrandAccount):
    """Recommendations and anchors. Writes are never repeated after an unknown outcome."""

    def spark_recommendations(
        self,
        *,
        video_ids: Sequence[str] = (),
        exclude_video_ids: Sequence[str] = (),
        time: Literal["PAST_ONE_MONTH", "PAST_THREE_MONTHS", "PAST_SIX_MONTHS"] | None = None,
        objective_type: str | None = None,
    ) -> tuple[tto_types.SparkRecommendation, ...]:
        """Videos worth boosting, at most 100. GET ``/spark_ad/recommend/``.

        Name at most 100 ``video_ids``, or at most 100 to exclude.
        """
        params = {
            "tcm_account_id": self.account_id,
            "video_ids": list(video_ids) or None,
            "exclude_video_ids": list(exclude_video_ids) or None,
            "time": time,
            "objective_type": objective_type,
        }
        ask = Ask("GET", "/spark_ad/recommend/", self._token, params)
        return self._client.read(ask, lambda raw: raw.rows("videos", answers.spark_recommendation))

    def anchors(
        self, *, anchor_ids: Sequence[str] = (), page: int = 1, page_size: int = 50
    ) -> tto_types.AnchorPage:
        """Anchors, all or those named (at most 100). GET ``/tto/tcm/anchor/get/``. ``page_size`` 1–50."""
        ask = self._get(
            "/tto/tcm/anchor/get/",
            anchor_ids=list(anchor_ids) or None,
            page=page,
            page_size=page_size,
        )
        return self._client.read(ask, answers.anchor_page)

    def create_anchor(
        self,
        *,
        country_code: str,
        landing_page_url: str,
        title: str,
        name: str,
        category_label_id: int | str,
        thumbnail_url: str | None = None,
        thumbnail_file: tuple[str, bytes, str] | None = None,
    ) -> tto_types.Anchor:
        """A web anchor, to be reviewed by TikTok. POST ``/tto/tcm/anchor/create/``.

        ``title`` WATCH_NOW, LISTEN_NOW, READ_MORE, SHOW_NOW, GET_OFFER, LEARN_MORE, CONTACT_US, JOIN_NOW
        or APPLY_NOW; ``name`` at most 32 characters. The picture (210×375, at most 2 MB) is an address or
        a file: name, bytes, media type. Not for countries with TikTok Shop.
        """
        if (thumbnail_url is None) == (thumbnail_file is None):
            raise TypeError("give exactly one of thumbnail_url, thumbnail_file")
        body = {
            "tto_tcm_account_id": self.account_id,
            "anchor_type": "WEB_ANCHOR",
            "anchor_sub_type": "DESTINATION",
            "category_label_id": int(category_label_id),
            "country_code": country_code,
            "call_to_action": {"landing_page_url": landing_page_url},
            "anchor_title": title,
            "anchor_name": name,
            "upload_type": "UPLOAD_BY_FILE" if thumbnail_file else "UPLOAD_BY_URL",
            "thumbnail_url": thumbnail_url,
        }
        ask = Ask(
            "POST",
            "/tto/tcm/anchor/create/",
            self._token,
            body=body,
            idempotent=False,
            files=None if thumbnail_file is None else {"thumbnail_file": thumbnail_file},
        )
        return self._client.read(ask, answers.anchor)

    def delete_anchor(self, anchor_id: str) -> None:
        """Delete a draft. POST ``/tto/tcm/anchor/delete/``."""
        self._client.call(self._post("/tto/tcm/anchor/delete/", anchor_id=anchor_id))
