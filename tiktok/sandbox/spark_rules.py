"""Permission to advertise with a video: how it comes and goes."""

from __future__ import annotations

from .answers import Refusal, invalid
from .clock import DAY
from .facts import Facts
from .records import Spark
from .world import World

CODE_STATES = ("NOT_USED", "IN_USE", "EXPIRED", "DELETED")


def apply(world: World, video_id: str, days: int, *, extend: bool) -> Spark:
    """The brand asks, or asks for more days."""
    spark = world.sparks.get(video_id)
    now = world.clock.now()
    if extend:
        if spark is None or spark.status != "ACCEPTED":
            raise invalid("action: There is no authorization to extend.")
        spark.requested_days += days
        spark.ends_at += days * DAY
    elif (
        spark is not None
        and spark.status in {"WAITING", "ACCEPTED"}
        and state(world, spark) != "EXPIRED"
    ):
        raise invalid(f"video_id: The authorization is {spark.status} already.")
    else:
        spark = world.sparks[video_id] = Spark(video_id, days, "WAITING", now)
    world.dirty = True
    return spark


def answer(world: World, video_id: str, *, accept: bool, days: int | None = None) -> Spark:
    """The creator's word; the creator chooses the period freely."""
    spark = world.sparks.get(video_id)
    if spark is None or spark.status != "WAITING":
        raise Refusal(40007, "No authorization waits for this video.")
    spark.updated_at = world.clock.now()
    spark.status = "ACCEPTED" if accept else "REJECTED"
    if accept:
        _give_code(world, spark, days or spark.requested_days)
    world.dirty = True
    return spark


def grant_with_upload(world: World, video_id: str, days: int) -> None:
    """Grant the days that an invite link asks for with an upload through it."""
    if days:
        now = world.clock.now()
        spark = world.sparks[video_id] = Spark(video_id, days, "ACCEPTED", now)
        _give_code(world, spark, days)


def _give_code(world: World, spark: Spark, days: int) -> None:
    letters = f"{Facts(world.seed, 'spark', spark.video_id).number('code'):016x}"
    spark.code = f"#sbx{letters}"
    spark.starts_at = world.clock.now()
    spark.ends_at = spark.starts_at + days * DAY


def move(world: World, video_id: str, code_status: str) -> None:
    """The advertiser uses or the creator deletes the code."""
    spark = world.sparks.get(video_id)
    if spark is None or spark.code is None:
        raise Refusal(40007, "No code was issued for this video.")
    if code_status not in CODE_STATES:
        raise invalid(f"code_status: Must be one of {', '.join(CODE_STATES)}.")
    spark.code_status = code_status
    if code_status == "IN_USE":
        spark.used_at = spark.used_at or world.clock.now()
    world.dirty = True


def state(world: World, spark: Spark) -> str:
    """The code's status of this moment."""
    over = spark.code is not None and spark.ends_at <= world.clock.now()
    return "EXPIRED" if over and spark.code_status != "DELETED" else spark.code_status
