"""The errors of the CRM. Each is a sentence a page may show."""

from __future__ import annotations

from datetime import date

from ui.bidi import isolated


class CrmProblem(Exception):
    """Base: `str()` is safe to show and says what to do."""


class NotToBeAsked(CrmProblem):
    """The creator has answered an invitation to connect. `until`: the day on which they want to be asked again."""

    def __init__(self, handle: str, until: date | None = None) -> None:
        shown = f"The creator of @{isolated(handle)}"
        super().__init__(
            f"{shown} wants to be asked on {until.day} {until:%B %Y}. The e-mail goes out then by itself."
            if until
            else f"{shown} said no, so no more invitations are sent. They can take it back on the page of the invitation."
        )


class HandleNotReadable(CrmProblem):
    """A text names no account. `network` and `example`: of an address that would."""

    def __init__(
        self, network: str = "TikTok", example: str = "https://www.tiktok.com/@name"
    ) -> None:
        article = "an" if network[0] in "IX" else "a"
        self._say(
            f"This is not {article} {network} handle. Enter it as @name, or paste the address of the profile, such as "
            f"{example}."
        )

    def _say(self, sentence: str) -> None:
        Exception.__init__(self, sentence)


class ShortLinkNotReadable(HandleNotReadable):
    """`network` is empty for a shortener of any links."""

    def __init__(self, network: str) -> None:
        link = f"{network} link" if network else "link"
        self._say(
            f"A shortened {link} does not name the account. Open it and paste the address it leads to, or enter "
            "the @name."
        )


class LinkWithoutName(HandleNotReadable):
    """A link to a video, a post or another page that does not say whose it is."""

    def __init__(self, network: str) -> None:
        self._say(
            f"This {network} link does not name the account. Open it, go to the profile and paste its address, or enter "
            "the @name."
        )


class LinkElsewhere(HandleNotReadable):
    def __init__(self) -> None:
        self._say(
            "This link leads to none of TikTok, Instagram, YouTube, X, Facebook and Twitch. Paste the address of a "
            "profile there, or enter the @name."
        )


class OtherNetwork(HandleNotReadable):
    """An account of one network where one of another is needed."""

    def __init__(self, found: str, needed: str) -> None:
        self._say(f"This is an account on {found}. Enter one on {needed}.")


class SeveralAccounts(HandleNotReadable):
    def __init__(self) -> None:
        self._say("This names several accounts. Enter one at a time.")


class PostNotReadable(CrmProblem):
    """A text is the address of no post; says what to enter."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(
            sentence
            or "This is no address of a post on Instagram, YouTube, X, Facebook or Twitch. Open the post and paste its "
            "address."
        )


class TikTokPostRefused(PostNotReadable):
    """TikTok's posts come from TikTok alone."""

    def __init__(self) -> None:
        super().__init__(
            "TikTok posts are not entered or imported. Send the creator an order, or add the post under All Posts."
        )


class EmailNeeded(CrmProblem):
    def __init__(self) -> None:
        super().__init__("Enter the creator's e-mail address: the link goes there.")


class InfluencerGone(CrmProblem):
    """The influencer was deleted while TikTok was asked, or is not seen any more."""

    def __init__(self) -> None:
        super().__init__("This creator is no longer here. Nothing was added.")


class GroupNeeded(CrmProblem):
    """A member who sees some groups only is in none: they would not see whom they add."""

    def __init__(self) -> None:
        super().__init__(
            "You are in no group yet. Ask an admin to put you in one, then add creators."
        )


class AddressTaken(CrmProblem):
    """The address belongs to another influencer of the organization; without a name, to one who is not seen."""

    def __init__(self, name: str = "") -> None:
        name = isolated(name)
        super().__init__(
            "This address belongs to a creator of a group that you do not see. Use another one, or ask an admin."
            if not name
            else f"This address already belongs to the creator {name}. Use another one, or ask {name} to connect this "
            "account too."
        )


class NameTaken(CrmProblem):
    """Another list, tag or group of the organization has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is one named {isolated(name)} already. Choose another name.")


class NameTakenSince(CrmProblem):
    """Somebody has made another one of this name since this one was deleted."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is another one named {isolated(name)} by now, so nothing was undone."
        )


class AccountInUse(CrmProblem):
    """Posts or a participation of campaigns hang on the account."""

    def __init__(self, account: str) -> None:
        super().__init__(f"{isolated(account)} is part of campaigns, and stays.")


class AccountGone(CrmProblem):
    """Somebody has removed the account meanwhile."""

    def __init__(self, account: str) -> None:
        super().__init__(f"{isolated(account)} is not here any more: somebody removed it before.")


class AccountConnected(CrmProblem):
    """The creator shares what TikTok tells of the account."""

    def __init__(self, account: str) -> None:
        super().__init__(
            f"The creator has connected {isolated(account)} and shares it with you, so it stays. They can stop that in "
            "their dashboard."
        )


class AccountHere(CrmProblem):
    """The account belongs to another influencer; without a name, to one who is not seen."""

    def __init__(self, account: str, name: str = "") -> None:
        whose = (
            f"with {isolated(name)}" if name else "with a creator of a group that you do not see"
        )
        super().__init__(f"{isolated(account)} is here already, {whose}.")


class TableRefused(CrmProblem):
    """A file cannot be read as a table. Nothing of it was written."""


class CellRefused(CrmProblem):
    """A cell has no certain meaning; `str()` says why, as a sentence. `is_ambiguous`: the decimal mark would settle it."""

    def __init__(self, reason: str, *, is_ambiguous: bool = False) -> None:
        super().__init__(reason)
        self.is_ambiguous = is_ambiguous


class MergeRefused(CrmProblem):
    """Influencers cannot be merged as asked for, or a merge cannot be undone. Nothing was changed."""


class ContractSettled(CrmProblem):
    """A contract's state does not lead to the wanted one."""

    def __init__(self) -> None:
        super().__init__("Somebody else has changed this contract meanwhile. Reload the page.")


class ContractTaken(CrmProblem):
    """The influencer has a contract of this title already."""

    def __init__(self, title: str) -> None:
        super().__init__(
            f"There is a contract “{isolated(title)}” already. Make a new version of it, or choose another title."
        )


class ChoiceGone(CrmProblem):
    """The chosen tag, list or whatever it is does not exist any more, or never did."""

    def __init__(self) -> None:
        super().__init__("What was chosen is no longer there. Choose another one.")


class SelectionGone(CrmProblem):
    """A filter of a selection names something that does not exist any more: left out, it would select more people."""

    def __init__(self) -> None:
        super().__init__(
            "A filter of the selection names something that is not here any more. Select again from the list."
        )


class BulkRefused(CrmProblem):
    """A bulk action cannot be begun or undone now; `str()` says why. Nothing was changed."""


class MailingEmpty(CrmProblem):
    def __init__(self) -> None:
        super().__init__("Nobody is chosen who could get this e-mail.")


class MailingTooLarge(CrmProblem):
    def __init__(self, most: int) -> None:
        super().__init__(
            f"One mailing goes to at most {most:,} creators. Choose fewer, and send the rest in another."
        )


class TooManySegments(CrmProblem):
    """`most`: that one member may have."""

    def __init__(self, most: int) -> None:
        super().__init__(f"You have {most} segments already. Delete one of yours to save another.")


class NoRoomForSegment(CrmProblem):
    """A segment that was deleted does not come back, for its owner has as many as one may have."""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"Nothing was undone: whoever saved this segment has {most} already. Once one of theirs is deleted, undo again."
        )


class ProgramKeyTaken(CrmProblem):
    """Another program of the organization has this key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"Another program has the key “{key}” already. Choose another one.")


class NotDecidable(CrmProblem):
    """The application was decided, withdrawn or not sent yet."""

    def __init__(self) -> None:
        super().__init__("This application is decided already, or is no longer there.")


class ProgramFull(CrmProblem):
    """All places of a program are taken."""

    def __init__(self) -> None:
        super().__init__("All places of this program are taken. Raise its number of places first.")


class NotTaken(CrmProblem):
    """A program takes no application, or not from this person now."""

    def __init__(self) -> None:
        super().__init__("This program takes no application at the moment.")


class BeingErased(NotTaken):
    """The person has asked that everything about them be deleted, and it is not done yet."""
