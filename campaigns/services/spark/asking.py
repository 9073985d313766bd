"""The request for a creator's permission to advertise with a post: written down, sent once, reconciled where its answer was lost."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from campaigns.enums import SparkState
from campaigns.errors import SparkNotAsked
from campaigns.models import Order, Post, SparkPermission
from campaigns.services.spark.answers import PROBLEM_LENGTH, keep_answer
from jobs.services.queue import make_due
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record
from tiktok.enums import PollKind
from tiktok.errors import OutcomeUnknown, TikTokBusy, TikTokProblem, TikTokUnavailable
from tiktok.services.brands.abilities import capabilities
from tiktok.services.orders.spark import SparkAuthorization, ask_for_spark, read_spark

UNCERTAIN = "TikTok did not answer in time, so it is not known whether the creator was asked. TikTok is asked what it knows."
NOT_MADE = "TikTok knows nothing of this request, so the creator was not asked. Ask again."
NOT_EXTENDED = "TikTok added no days, so the creator was not asked for more. Ask again."
POSTPONED = "TikTok could not take the request just now. It is tried again automatically."
NOT_COME = "The order asks for the permission, but it did not come with this video. Ask for it."
COMES_WITHIN = timedelta(days=2)  # of the publication, with a video whose order asks for it
WAITING = "WAITING"  # TikTok's word
CLOCKS_DIFFER = timedelta(minutes=2)
UNDER_WAY = frozenset({SparkState.DUE, SparkState.SENDING, SparkState.UNCERTAIN})


def days_offered(post: Post) -> tuple[int, ...]:
    """The numbers of days that the marketplace of the post's order takes; none where nothing can be asked."""
    if post.order is None or not post.is_tied_to_order or post.published_since is None:
        return ()
    return capabilities(post.order.request.marketplace_account).spark_days


@transaction.atomic
def request_spark(post: Post, days: int, *, actor: User) -> SparkPermission:
    """Write the wish down, to be sent by whoever claims it. While one is open it is returned as it is. Raises SparkNotAsked."""
    locked = (
        Post.objects.select_for_update(of=("self",))
        .select_related("order__request__marketplace_account")
        .get(pk=post.pk)
    )
    if days not in days_offered(locked):
        raise SparkNotAsked
    known = SparkPermission.objects.filter(post=locked).first()
    if known and known.state in UNDER_WAY | {SparkState.WAITING}:
        return known
    permission = known or SparkPermission(post=locked)
    permission.extends = permission.is_running
    permission.days, permission.asked_at = days, timezone.now()
    permission.state, permission.problem = SparkState.DUE, ""
    permission.save()
    record(Verb.SPARK_ASKED, locked, actor=actor, days=days, extends=permission.extends)
    make_due(PollKind.SPARK, permission.pk)
    return permission


def expect_spark(order: Order) -> None:
    """Follow the permissions that come with the published videos of an order that asks for them. Inside the caller's transaction."""
    if not order.request.spark_days:
        return
    for post in order.posts.filter(spark=None, review_reason="").exclude(published_since=None):
        permission = SparkPermission.objects.create(
            post=post, days=order.request.spark_days, state=SparkState.WAITING
        )
        record(Verb.SPARK_ASKED, post, actor=None, days=permission.days, extends=False)
        make_due(PollKind.SPARK, permission.pk)


def settle_spark(permission: SparkPermission) -> None:
    """Bring a permission up to what TikTok says: send the request that is due, find out about a lost one, follow an answered one.

    For whoever has claimed it. Raises TikTok's problems, and then nothing has changed but the reason.
    """
    if permission.state == SparkState.DUE:
        _send(permission)
    elif permission.state in UNDER_WAY:  # an earlier sender never came back
        _reconcile(permission)
    else:
        _follow(permission)


def _send(permission: SparkPermission) -> None:
    post = permission.post
    _set(permission, SparkState.SENDING, "", sending_at=timezone.now())
    try:
        ask_for_spark(
            post.order.request.marketplace_account,  # type: ignore[union-attr]  # asked for tied posts alone
            post.network_post_id,
            days=permission.days,
            extends=permission.extends,
        )
    except OutcomeUnknown:
        _set(permission, SparkState.UNCERTAIN, UNCERTAIN)
        return
    except (TikTokBusy, TikTokUnavailable):
        _set(permission, SparkState.DUE, POSTPONED)
        raise
    except TikTokProblem as problem:
        _set(permission, _unchanged(permission), str(problem))
        return
    _set(permission, SparkState.ACCEPTED if permission.extends else SparkState.WAITING, "")
    _follow(permission)


def _reconcile(permission: SparkPermission) -> None:
    """TikTok is read, and never asked the same again by itself."""
    found = _read(permission)
    asked_at = permission.sending_at or permission.asked_at
    if permission.extends:
        is_made = found is not None and _ends_later(permission, found)
    else:
        is_made = found is not None and _is_of_now(found, asked_at - CLOCKS_DIFFER)
    if found is None or not is_made:
        _set(permission, _unchanged(permission), NOT_EXTENDED if permission.extends else NOT_MADE)
        return
    permission.problem = ""
    keep_answer(permission, found)


def _ends_later(permission: SparkPermission, found: SparkAuthorization) -> bool:
    before, now = permission.ends_at, found.auth_code_ends_at
    return now is not None and (before is None or now > before)


def _is_of_now(found: SparkAuthorization, since: datetime) -> bool:
    """Does the answer belong to a request from then on? One that waits does: there is one at a time."""
    if found.status == WAITING:
        return True
    return found.status_updated_at is not None and found.status_updated_at >= since


def _follow(permission: SparkPermission) -> None:
    found = _read(permission)
    if found is not None:
        keep_answer(permission, found)
    elif permission.sending_at is None and permission.asked_at < timezone.now() - COMES_WITHIN:
        _set(permission, SparkState.FAILED, NOT_COME)


def _read(permission: SparkPermission) -> SparkAuthorization | None:
    post = permission.post
    account = post.order.request.marketplace_account if post.order else None
    return read_spark(account, post.network_post_id)


def _unchanged(permission: SparkPermission) -> SparkState:
    """The state when the latest request came to nothing."""
    return SparkState.ACCEPTED if permission.extends else SparkState.FAILED


def _set(
    permission: SparkPermission,
    state: SparkState,
    problem: str,
    *,
    sending_at: datetime | None = None,
) -> None:
    permission.state, permission.problem = state, problem[:PROBLEM_LENGTH]
    permission.sending_at = sending_at or permission.sending_at
    permission.save(update_fields=["state", "problem", "sending_at"])
