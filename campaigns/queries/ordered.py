"""The videos that count as ordered, where fulfilment is measured: one rule for all sums. The counters `orders.videos` and
`orders.ordered` are kept by the same one (migration 0029).

An order counts with the videos that it is for. One that failed was never made, so it counts with none; one that was cancelled
counts with those that were delivered in it all the same.
"""

from __future__ import annotations

from django.db.models import Case, F, IntegerField, Q, Value, When
from django.db.models.functions import Least

from campaigns.enums import OrderState

# The orders that count with a video at least.
IS_ORDERED = ~Q(state=OrderState.FAILED) & ~Q(state=OrderState.CANCELLED, video_count=0)


def videos_ordered() -> Case:
    """The videos that an order counts with."""
    return Case(
        When(state=OrderState.FAILED, then=Value(0)),
        When(state=OrderState.CANCELLED, then=Least(F("video_count"), F("video_limit"))),
        default=F("video_limit"),
        output_field=IntegerField(),
    )
