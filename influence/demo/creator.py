"""Playing the creator: what happens in TikTok's app, asked of the sandbox's control plane."""

from __future__ import annotations

from typing import Any

import requests

WAIT_SECONDS = 30


class SandboxCreators:
    """The hands of all creators, and of TikTok's reviewers and clock, at a sandbox."""

    def __init__(self, url: str) -> None:
        self.url = url

    def publish(
        self, handle: str, invite_link: str, *, ago_seconds: int = 0, caption: str = ""
    ) -> str:
        """Open the invite link and publish a video through it, now or some time ago. Returns TikTok's video id."""
        words = {"caption": caption} if caption else {}
        answer = self._post(
            "publish", handle=handle, invite_link=invite_link, ago_seconds=ago_seconds, **words
        )
        return str(answer["video_id"])

    def tie(self, handle: str, video_id: str, campaign_code: str) -> None:
        """Type the campaign code into a video that is already published."""
        self._post("tie", handle=handle, video_id=video_id, campaign_code=campaign_code)

    def approve(self, video_id: str) -> None:
        """TikTok's review passes the video."""
        self._post("review", video_id=video_id, result="SUCCEED")

    def reject(self, video_id: str, reason: str) -> None:
        """TikTok's review refuses the video."""
        self._post("review", video_id=video_id, result="CONTENT_REVIEW_FAIL", reason=reason)

    def delete(self, video_id: str) -> None:
        """The creator deletes a video of an order."""
        self._post("delete", video_id=video_id)

    def answer_spark(self, video_id: str, *, accept: bool) -> None:
        """The creator's word, in the app, on the request to advertise with a video."""
        self._post("spark", video_id=video_id, accept=accept)

    def end_spark(self, video_id: str) -> None:
        """The time of a permission to advertise is over."""
        self._post("spark", video_id=video_id, code_status="EXPIRED")

    def lose_next_answer(self, path: str) -> None:
        """TikTok does what it is asked for next at this path, and its answer is lost."""
        self._post("fail", path=path, times=1, applied=True, garbage="truncated")

    def revoke(self, handle: str) -> None:
        """The creator withdraws the app's permission in TikTok's settings."""
        self._post("revoke", handle=handle)

    def set_membership(self, handle: str, membership: str, *, account_id: str = "") -> None:
        """Change TikTok's answer about the handle, to all or to one marketplace account: IN, NOT_IN, INVITED or INVALID (no
        such account)."""
        self._post("creator", handle=handle, membership=membership, account=account_id)

    def approve_linked(self, video_id: str) -> None:
        """TikTok One's review passes the video."""
        self._post("review", video_id=video_id, result="APPROVED")

    def advance(self, seconds: int) -> None:
        """Let time pass at TikTok: counters grow, daily numbers arrive."""
        self._post("clock", advance_seconds=seconds)

    def videos(self, handle: str) -> list[dict[str, Any]]:
        """A creator's published videos, newest first."""
        answer = requests.get(
            f"{self.url}/_sandbox/videos", params={"handle": handle}, timeout=WAIT_SECONDS
        )
        answer.raise_for_status()
        return list(answer.json()["videos"])

    def calls(self) -> int:
        """API calls TikTok has counted."""
        answer = requests.get(f"{self.url}/_sandbox/stats", timeout=WAIT_SECONDS)
        answer.raise_for_status()
        return sum(answer.json()["calls"].values())

    def _post(self, command: str, **values: object) -> dict[str, Any]:
        answer = requests.post(f"{self.url}/_sandbox/{command}", json=values, timeout=WAIT_SECONDS)
        answer.raise_for_status()
        return dict(answer.json())
