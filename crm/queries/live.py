"""The version of an influencer's page, by which it brings itself up to date while more is to come."""

from __future__ import annotations

from crm.models import Influencer
from crm.queries.influencers import InfluencerRow
from tiktok.queries import is_coming
from ui.live import Live, columns


def influencer_live(influencer: Influencer, row: InfluencerRow) -> Live:
    """The influencer with the accounts of `row`, without a query: more is to come while TikTok is asked about one, while an
    invitation to the marketplace is open, and while somebody who may connect has not."""
    polls = [poll for view in row.accounts for poll in view.polls.values()]
    awaits_connection = influencer.person_id is not None and not any(
        view.is_authenticated for view in row.accounts
    )
    return Live.of(
        columns(influencer),
        [(columns(view.creator), view.kind, view.needs_reconnect) for view in row.accounts],
        [(poll.kind, poll.due_at, poll.lease_until, poll.last_finished_at) for poll in polls],
        is_under_way=awaits_connection
        or any(map(is_coming, polls))
        or any(view.is_invited for view in row.accounts),
    )
