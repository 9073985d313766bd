"""The errors of the CRM. Each is a sentence a page may show."""

from ui.bidi import isolated


class CrmProblem(Exception):
    """Base: `str()` is safe to show and says what to do."""


class HandleNotReadable(CrmProblem):
    def __init__(self) -> None:
        super().__init__(
            "This is not a TikTok handle. Enter it as @name, or paste the address of the profile, such as "
            "https://www.tiktok.com/@name."
        )


class ShortLinkNotReadable(CrmProblem):
    def __init__(self) -> None:
        super().__init__(
            "A shortened TikTok link does not name the account. Open it and paste the address it leads to, or enter "
            "the @name."
        )


class EmailNeeded(CrmProblem):
    def __init__(self) -> None:
        super().__init__("Enter the influencer's e-mail address: the link goes there.")


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
            else f"This address already belongs to the influencer {name}. Use another one, or ask {name} to connect this "
            "account too."
        )


class NameTaken(CrmProblem):
    """Another list, tag or group of the organization has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is one named {isolated(name)} already. Choose another name.")


class StillInCampaigns(CrmProblem):
    """Orders or posts of campaigns hang on an account of the influencer."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{isolated(name)} is part of campaigns, whose orders and posts would be lost. Archive them instead."
        )


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
