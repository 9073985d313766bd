"""The errors of campaigns. Each is a sentence a page may show."""

from __future__ import annotations

from datetime import datetime

from ui.bidi import isolated


class CampaignProblem(Exception):
    """Base: `str()` is safe to show and says what to do."""


class OrderNotValid(CampaignProblem):
    """Something of an order's form is wrong; `field` is the form's field."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


class MoveNotAllowed(CampaignProblem):
    """An order cannot go from one state to the other."""

    def __init__(self, current: str, target: str) -> None:
        super().__init__(f"An order that is “{current}” cannot become “{target}”.")


class RequestUnderWay(CampaignProblem):
    """The request is being sent, or is about to be: nothing is known of its outcome."""

    def __init__(self) -> None:
        super().__init__(
            "This request is still being sent to TikTok, so nothing was asked again. The result appears here."
        )


class RequestSettled(CampaignProblem):
    """There is nothing left to find out or to repeat."""

    def __init__(self) -> None:
        super().__init__("This request is finished: every creator has a result. Reload the page.")


class CampaignCodeNeeded(CampaignProblem):
    def __init__(self) -> None:
        super().__init__(
            "TikTok's answer with the campaign code was lost. If you find the order in TikTok's Creator Marketplace, "
            "enter its campaign code here."
        )


class AccountNotSupported(CampaignProblem):
    def __init__(self, handle: str) -> None:
        super().__init__(
            f"TikTok no longer lets us track @{handle}. Invite it to the Creator Marketplace or ask the influencer to "
            "connect it, then add the post."
        )


class AccountTakesNoPart(CampaignProblem):
    def __init__(self, handle: str) -> None:
        super().__init__(
            f"@{handle} does not take part in this campaign. Add the influencer first."
        )


class VideoBelongsToOrder(CampaignProblem):
    def __init__(self) -> None:
        super().__init__(
            "This video belongs to an order. It appears under Published Posts as soon as TikTok has published it."
        )


class NoOrderToTie(CampaignProblem):
    def __init__(self, handle: str) -> None:
        super().__init__(
            f"@{handle} has no open TikTok One order in this campaign. Send one first, then ask again."
        )


class NotAsked(CampaignProblem):
    def __init__(self) -> None:
        super().__init__("The creator has answered already. Reload the page to see the answer.")


class ReminderTooEarly(CampaignProblem):
    """`may_be_at` is None when TikTok allows no further reminder."""

    def __init__(self, may_be_at: datetime | None) -> None:
        when = (
            f"The next one may go out after {may_be_at:%-d %B, %H:%M} UTC."
            if may_be_at
            else "Both reminders that TikTok allows were sent. Write to the creator yourself."
        )
        super().__init__(f"No reminder was sent. {when}")


class VideoTiedElsewhere(CampaignProblem):
    """An order of another campaign has the video; `campaign` is that campaign's name."""

    def __init__(self, campaign: str) -> None:
        self.campaign = campaign
        super().__init__(
            f"This video is tied to an order of the campaign {isolated(campaign)}. It was not added; confirm that it shall "
            "stand in both campaigns."
        )


class VideoNotVisible(CampaignProblem):
    def __init__(self) -> None:
        super().__init__("TikTok does not list this video (any more), so it cannot be added.")
