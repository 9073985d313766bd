"""Refusals of the ground floor. Each is a sentence a page may show."""


class MembershipRefused(Exception):
    """Base: `str()` is safe to show and says what to do."""


class LastOwner(MembershipRefused):
    def __init__(self) -> None:
        super().__init__(
            "An organization keeps at least one owner. Make somebody else an owner first."
        )


class OnlyOwnersMay(MembershipRefused):
    def __init__(self) -> None:
        super().__init__("Only an owner can make, change or remove owners.")


class AlreadyMember(MembershipRefused):
    def __init__(self, email: str) -> None:
        super().__init__(f"{email} is a member already. Change the role in the list instead.")


class InvitationOver(MembershipRefused):
    def __init__(self) -> None:
        super().__init__("This invitation was accepted, revoked or has expired. Send a new one.")


class InvitationJustSent(MembershipRefused):
    def __init__(self) -> None:
        super().__init__(
            "This invitation was sent less than a minute ago. Wait before sending it again."
        )


class InvitationOfAnother(MembershipRefused):
    def __init__(self) -> None:
        super().__init__("This invitation is for another e-mail address. Sign in with that one.")


class GroupRefused(Exception):
    """Base: `str()` is safe to show and says what to do."""


class GroupKeyTaken(GroupRefused):
    def __init__(self, key: str) -> None:
        super().__init__(f"Another group has the key {key}. Choose another one.")


class GroupNotEmpty(GroupRefused):
    def __init__(self) -> None:
        super().__init__("Creators are in this group. Say where they go before it is deleted.")


class GroupTooLarge(GroupRefused):
    def __init__(self, most: int) -> None:
        super().__init__(
            f"More than {most:,} creators are in this group. Move them in the list first, then delete it."
        )


class OwnSecondFactorMissing(Exception):
    def __init__(self) -> None:
        super().__init__(
            "Set up a second factor for yourself first: else you would lock yourself out."
        )
