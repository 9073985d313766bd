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


class AddressTaken(CrmProblem):
    """The address belongs to another influencer of the organization."""

    def __init__(self, name: str) -> None:
        name = isolated(name)
        super().__init__(
            f"This address already belongs to the influencer {name}. Use another one, or ask {name} to connect this "
            "account too."
        )
