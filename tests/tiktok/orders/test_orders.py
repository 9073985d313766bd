"""The facts of one order, video by video."""

from __future__ import annotations

from types import SimpleNamespace

from tiktok.services.orders.orders import OrderFacts


def test_each_video_has_its_own_row_of_the_report_or_none() -> None:
    first, second = SimpleNamespace(video_id="71"), SimpleNamespace(video_id="72")
    facts = OrderFacts(SimpleNamespace(), rows=(first, second))
    assert [facts.row_of(video_id) for video_id in ("72", "71", "73")] == [second, first, None]
