"""The errors of campaigns. Each is a sentence a page may show."""

from __future__ import annotations

from datetime import datetime

from ui.bidi import isolated


class CampaignProblem(Exception):
    """Base: `str()` is safe to show and says what to do."""


class FolderElsewhere(CampaignProblem):
    """Pictures stand in a folder of another machine: the one that the command runs on goes on, soon."""

    retry_after = 10.0  # seconds

    def __init__(self) -> None:
        super().__init__("The folder of pictures is not on this machine.")


class OrderNotValid(CampaignProblem):
    """Something of an order's form is wrong; `field` is the form's field."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


class CampaignArchived(CampaignProblem):
    """Orders of an archived campaign are not synced, so none is made or asked for."""

    def __init__(self) -> None:
        super().__init__(
            "The campaign is archived, so its orders are not tracked. Make it active again under Settings, then try again."
        )


class PublicationNotTaken(CampaignProblem):
    """No video is published for this order from here."""


class BriefIsFull(CampaignProblem):
    def __init__(self, most: int) -> None:
        super().__init__(f"A brief has at most {most} files. Remove one first.")


class MoveNotAllowed(CampaignProblem):
    """An order cannot go from one state to the other."""

    def __init__(self, current: str, target: str) -> None:
        super().__init__(f"An order that is “{current}” cannot become “{target}”.")


class CampaignMoveNotAllowed(CampaignProblem):
    """A campaign cannot go from one state to the other."""

    def __init__(self, current: str, target: str) -> None:
        super().__init__(f"A campaign that is “{current}” cannot become “{target}”.")


class ReplyNotTaken(CampaignProblem):
    """The creator can say this no longer, or has said too much already; their page says which."""


class CannotCancel(CampaignProblem):
    """An order that is over, or that TikTok has not made yet, is not cancelled."""

    def __init__(self, state: str) -> None:
        super().__init__(f"An order that is “{state}” cannot be cancelled.")


class CannotRestore(CampaignProblem):
    """The order is not cancelled any more, or was cancelled anew."""

    def __init__(self) -> None:
        super().__init__("Nothing was undone: the order has changed since.")


class DraftNotTaken(CampaignProblem):
    """A draft cannot be sent, or asked for, any more."""


class DraftSettled(CampaignProblem):
    """There is another version or another verdict, or the order is over."""

    def __init__(self) -> None:
        super().__init__(
            "Nothing was done: the draft has changed since, or its order is over. What you see now is the latest."
        )


class SparkNotAsked(CampaignProblem):
    def __init__(self) -> None:
        super().__init__(
            "Nothing was asked: TikTok takes requests for published videos that are tied to an order, for the days that are offered."
        )


class NotToBeMailed(CampaignProblem):
    """Nothing is mailed about an order, for the reason given."""


class NotToBeDated(CampaignProblem):
    """An order takes no other due date, for the reason given."""


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


class PostMayComeBack(CampaignProblem):
    """The old source's post would not be what it was when the cut-over is reversed."""

    def __init__(self) -> None:
        super().__init__(
            "This post is hidden since the cut-over, which can still be reversed, so it was not added. Send the creator an "
            "order, or add the post once the purge of the old data has begun."
        )


class PostStaysWithOrder(CampaignProblem):
    def __init__(self) -> None:
        super().__init__(
            "TikTok ties this post to an order, so it was not removed. It leaves when the creator unties the video in TikTok."
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


class PostListedAlready(CampaignProblem):
    """The post stands in the campaign already; nothing was changed."""

    def __init__(self) -> None:
        super().__init__("This post is in the campaign already, so nothing was added.")


class AccountToChoose(CampaignProblem):
    """The address of a post does not say which of several accounts has published it."""

    def __init__(self, network: str) -> None:
        super().__init__(
            f"The address does not say whose post this is. Choose the {network} account."
        )


class AccountNotVisible(CampaignProblem):
    """An account is of a creator whom the member does not see."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{isolated(name)} is here already, with a creator whom you do not see. Ask a colleague who sees all creators."
        )


class NoAccountOfPost(CampaignProblem):
    """Nobody who takes part has an account on the post's network, or not the one that its address names."""

    def __init__(self, network: str, name: str = "") -> None:
        whose = (
            f"The {network} account {isolated(name)} takes"
            if name
            else f"No {network} account takes"
        )
        super().__init__(
            f"{whose} {'no ' if name else ''}part in this campaign. Add it under Influencers first."
        )


HIDDEN_POST = "This post is known as another account's, which you do not see. Ask a colleague who sees all creators."


class OtherAccountOfPost(CampaignProblem):
    """The post is known as another account's; without a name, of one that is not the member's to see."""

    def __init__(self, name: str = "") -> None:
        named = f"This post is known as one of {isolated(name)}. Choose that account."
        super().__init__(named if name else HIDDEN_POST)
