"""The same numbers over the REST API."""

from __future__ import annotations

from typing import Any

import requests

from campaigns.models import Post
from influence.demo.figures import check
from influence.demo.story import Story
from tenancy.services.organizations import create_api_key
from tiktok.enums import PostTie
from tiktok.queries import post_metrics


def read_api(story: Story) -> None:
    _, key = create_api_key(
        story.world.organization, "Demo", scopes=["read"], actor=story.world.owner
    )
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {key}"
    accounts = _get(story, session, "social-accounts/?account_type=tiktok_creator")
    types = {account["account_type"] for account in accounts}
    check(types == {"tiktok_creator"}, "every TikTok account is a tiktok_creator")
    story.figures.account_type = types.pop()
    same = 0
    for document in _get(story, session, "posts/"):
        post = Post.objects.select_related("video", "account").get(pk=document["id"])
        tie = PostTie.ORDER if post.order_id else PostTie.NOT_AUTHENTICATED
        here = {metric.key: metric.value for metric in post_metrics(post.video, tie)}
        there = {metric["key"]: metric["value"] for metric in document["metrics"]}
        check(here == there, "the API says what the page says")
        same += sum(value is not None for value in there.values())
    story.say(
        f"   account_type {story.figures.account_type!r}; {same} numbers over the API equal those on the pages"
    )


def _get(story: Story, session: requests.Session, path: str) -> list[dict[str, Any]]:
    answer = session.get(f"{story.site}/api/v1/{path}", timeout=30)
    check(answer.status_code == 200, f"GET /api/v1/{path} answers 200")
    return list(answer.json()["results"])
