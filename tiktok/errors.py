"""The errors of TikTok, in the product's own words. Each is a sentence a page may show."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _

MOST_CHANGES_NAMED = 3


class TikTokProblem(Exception):
    """Base: `str()` is safe to show and says what to do. `request_id` is that of TikTok's answer, if there was one."""

    request_id = ""


class NoMarketplaceAccount(TikTokProblem):
    retry_after = 3600.0  # connecting one resumes what waits

    def __init__(self) -> None:
        super().__init__(
            "No TikTok marketplace account is connected. An owner or admin can connect one in Settings."
        )


class NotOffered(TikTokProblem):
    """The dialect of the marketplace account in use cannot do this; its capabilities said so."""

    def __init__(self, message: str = "TikTok One does not offer this.") -> None:
        super().__init__(message)


class TikTokUnavailable(TikTokProblem):
    """TikTok did not answer, or not in its own words. Nothing was saved."""

    def __init__(self, *, request_id: str = "") -> None:
        self.request_id = request_id
        super().__init__(
            gettext(
                "TikTok could not be reached, so nothing was saved. Please try again in a minute."
            )
        )


class AnswerUnreadable(TikTokUnavailable):
    """TikTok answered, but not about whom it was asked: the trouble of this subject alone."""

    def __init__(self, *, request_id: str = "") -> None:
        self.request_id = request_id
        TikTokProblem.__init__(
            self,
            gettext(
                "TikTok's answer could not be read, so nothing was saved. It is asked again by itself."
            ),
        )


class TikTokBusy(TikTokProblem):
    """No call may be made yet. `retry_after`: seconds until it is worth trying again."""

    why = _("TikTok's request limit is reached")

    def __init__(self, retry_after: float, *, request_id: str = "") -> None:
        self.retry_after, self.request_id = retry_after, request_id
        super().__init__(f"{gettext(self.why)}. {_try_again(retry_after)}")


class CallsUncounted(TikTokBusy):
    """Redis is away: who cannot count must not call."""

    why = _("Requests to TikTok cannot be counted just now, so nothing was asked")


class GrantBeingRenewed(TikTokBusy):
    """Another process is refreshing the creator's token, and takes long."""

    why = _("The permission is being renewed with TikTok just now")


def _try_again(seconds: float) -> str:
    minutes = max(1, math.ceil(seconds / 60))
    if minutes <= 90:
        said = ngettext(
            "Please try again in %(count)s minute.",
            "Please try again in %(count)s minutes.",
            minutes,
        )
        return said % {"count": minutes}
    hours = math.ceil(minutes / 60)
    said = ngettext(
        "Please try again in %(count)s hour.", "Please try again in %(count)s hours.", hours
    )
    return said % {"count": hours}


class TikTokRefused(TikTokProblem):
    """TikTok answered with a refusal; the text is TikTok's own, its fields by our names."""

    def __init__(self, message: str, *, code: int | None = None, request_id: str = "") -> None:
        self.code, self.request_id = code, request_id
        super().__init__(gettext("TikTok refused: %(reason)s") % {"reason": in_our_words(message)})


# TikTok's fields as people say them. Handles may look like fields, so elsewhere than before a colon no other is taken for one.
FIELD_WORDS = {
    "access_token": "permission", "anchor_id": "product link", "brand_name": "brand", "brand_profile_id": "brand",
    "brand_website": "website", "callback_url": "address", "campaign_code": "campaign code", "campaign_description": "what to make",
    "campaign_id": "campaign", "campaign_type": "kind of campaign", "campaign_name": "name of the campaign", "Country-Code": "country", "country_code": "country",
    "country_codes": "countries", "creator_id": "creator", "end_date": "last day", "handle_name": "creator", "handle_names": "creators",
    "handler_name": "creator", "is_branded_content": "the mark of a paid partnership", "item_id": "video", "keyword_search": "search", "link_request_id": "link request",
    "open_id": "creator", "order_id": "order", "order_ids": "orders", "product_name": "what to make", "redirect_uri": "address",
    "start_date": "first day", "state_provinces": "states and provinces", "tcm_account_id": "marketplace account",
    "tto_invite_link": "invitation", "tto_tcm_account_id": "marketplace account", "video_id": "video", "video_ids": "videos", "video_number": "number of videos",
}  # fmt: skip
FIELD = re.compile(
    r"\b(?:" + "|".join(FIELD_WORDS) + r")\b|(?:^|(?<=below ))[a-z]+(?:_[a-z0-9]+)+(?=[:.])"
)
OF_ACTION = re.compile(r"^action: ")  # of which button of ours it was, its reader knows


def in_our_words(message: str) -> str:
    """A text of TikTok's with the names of its fields as people say them."""
    said = FIELD.sub(lambda field: _word(field[0]), OF_ACTION.sub("", message))
    return said[:1].upper() + said[1:] if said != message else message


def _word(field: str) -> str:
    return FIELD_WORDS.get(field) or field.replace("_", " ")


class OutcomeUnknown(TikTokProblem):
    """A creating call got no readable answer: it may or may not have happened."""

    def __init__(self, *, request_id: str = "") -> None:
        self.request_id = request_id
        super().__init__(
            gettext(
                "TikTok did not answer in time, so it is not known whether it was done. Check at TikTok before you try again."
            )
        )


class MarketplaceAccessEnded(TikTokProblem):
    def __init__(self, *, request_id: str = "") -> None:
        self.request_id = request_id
        super().__init__(
            "TikTok no longer accepts the marketplace account's access. An owner or admin can renew it in Settings."
        )


class ConnectionEnded(TikTokProblem):
    """The influencer's grant is gone; `reason` is the state it ended in."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__("The influencer's TikTok authorization has ended. Ask them to reconnect.")


class ConnectRefused(TikTokProblem):
    """An OAuth callback that must not be believed."""


class ConnectDenied(ConnectRefused):
    """The creator said no on TikTok's page; nothing was connected."""


class SealBroken(TikTokProblem):
    """A sealed token was changed, moved to another row, or sealed with a key that is no longer known."""

    def __init__(self, key_id: str) -> None:
        super().__init__(
            f"The stored permission does not open (key {key_id!r}). Connect the account again, or have operations restore"
            " the key in TOKEN_KEYS."
        )


class DeliveryRefused(Exception):
    """A webhook that TikTok has not signed, or signed long ago. Its sender is told nothing more."""


class CallInsideTransaction(RuntimeError):
    """A call to TikTok was about to be made inside an open database transaction."""


class LegacyClosed(TikTokProblem):
    def __init__(self) -> None:
        super().__init__(
            "The old data source was purged for this organization; its data cannot come back."
        )


class MigrationRefused(TikTokProblem):
    """A step of the move off the old source that cannot be done now. Its text says why, and what to do."""


class PlanOutdated(MigrationRefused):
    """The plan no longer says what the cut-over would do; `changes` are sentences that name what changed."""

    def __init__(self, changes: Sequence[str]) -> None:
        self.changes = tuple(changes)
        more = len(changes) - MOST_CHANGES_NAMED
        named = " ".join(changes[:MOST_CHANGES_NAMED])
        rest = f" And {more:,} more changes." if more > 0 else ""
        super().__init__(
            f"Nothing was changed: the plan no longer holds. {named}{rest} Make the plan again."
        )


# What may concern one of several subjects alone, such as an order of an account that was disconnected: the others go on.
OF_ONE_SUBJECT = (
    AnswerUnreadable,
    TikTokRefused,
    NoMarketplaceAccount,
    MarketplaceAccessEnded,
    SealBroken,
)


class NotALegacyExport(Exception):
    """The file as a whole cannot be read; the text says why and what to do. Nothing was imported."""
