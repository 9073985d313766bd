"""Permissions to advertise with the agency's posts, one in each state: asked for, given, ended and refused."""

from __future__ import annotations

from campaigns.models import Post, SparkPermission
from campaigns.services.spark.asking import request_spark, settle_spark
from influence.demo.creator import SandboxCreators
from tenancy.models import User

# Creators of one campaign's posts, and their word in TikTok's app; of the one who is asked now there is none yet.
ANSWERS = {"giulia.pasta": True, "amelie.cuisine": True, "kenji.noodles": False, "lena.lifts": None}
ENDED = "amelie.cuisine"


def ask_for_sparks(owner: User, creators: SandboxCreators) -> None:
    """All of it, once; and what the orders of another campaign have asked for is read."""
    for permission in SparkPermission.objects.select_related("post"):
        settle_spark(permission)
    rows = Post.objects.filter(
        campaign__name="Seeded loaf", account__handle__in=ANSWERS, spark=None
    )
    for post in rows.exclude(published_since=None).select_related("account"):
        _ask(post, owner, creators)


def _ask(post: Post, owner: User, creators: SandboxCreators) -> None:
    permission, handle = request_spark(post, 30, actor=owner), post.account.handle
    settle_spark(permission)
    accept = ANSWERS[handle]
    if accept is not None:
        creators.answer_spark(post.network_post_id, accept=accept)
    if handle == ENDED:
        creators.end_spark(post.network_post_id)
    settle_spark(permission)
