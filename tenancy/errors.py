"""Refusals of the ground floor. Each is a sentence a page may show."""

from django.db import models


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


class SignOnFault(models.TextChoices):
    """The ways in which single sign-on fails, each with what its person is told."""

    UNREACHABLE = (
        "unreachable",
        "Your organization's sign-in does not answer. Try again in a few minutes.",
    )
    BUSY = (
        "busy",
        "Many people sign in at your organization at this moment. Try again in a few seconds.",
    )
    INSIDE = (
        "inside",
        "The provider's address is not a public one, so it is not called. Your admin has to correct it.",
    )
    UNREADABLE = (
        "unreadable",
        "Your organization's sign-in answered with something that cannot be read.",
    )
    ISSUER = (
        "issuer",
        "The provider names itself otherwise than your organization entered it, so it is not believed.",
    )
    CLIENT = (
        "client",
        "The provider refused our client id or secret. Your admin has to enter them anew.",
    )
    CODE = "code", "This sign-in was used already or took too long. Start again."
    STATE = (
        "state",
        "This sign-in was not begun in this browser, was used already, or is older than ten minutes. Start again.",
    )
    NONCE = (
        "nonce",
        "The provider's answer belongs to another sign-in, so it is not believed. Start again.",
    )
    TOKEN = "token", "The provider's answer is not signed as it should be, so it is not believed."
    OTHERWISE = (
        "otherwise",
        "The provider's answer is encrypted, or not for us and this moment. Your admin has to compare its settings with ours.",
    )
    TRANSIENT = (
        "transient",
        "The provider names you anew each time. Its admin has to choose a name that lasts (NameID persistent or emailAddress).",
    )
    NOT_OFFERED = (
        "not_offered",
        "SAML is not available on this installation. Sign in with a code, and tell your admin.",
    )
    CANCELLED = (
        "cancelled",
        "You stopped at your organization's sign-in. Start again, if that was a slip.",
    )
    DENIED = "denied", "Your organization's sign-in refused. Its admin can see why."
    NO_ADDRESS = (
        "no_address",
        "The provider did not say your e-mail address. Its admin has to let it be passed on.",
    )
    UNVERIFIED = (
        "unverified",
        "The provider does not say that your e-mail address is verified, so nobody is signed in with it.",
    )
    OTHER_DOMAIN = (
        "other_domain",
        "The provider signs you in with an address outside your organization's domains.",
    )
    HOSTED = (
        "hosted",
        "Google names none of your organization's proven domains for this account. Choose your organization's account.",
    )
    OTHER_ADDRESS = (
        "other_address",
        "The provider knows you by another e-mail address than we do. Ask an admin to remove and invite you anew.",
    )
    OTHER_PERSON = (
        "other_person",
        "Somebody else at the provider had this e-mail address before. Ask an admin to remove and invite you anew.",
    )
    NOT_INVITED = (
        "not_invited",
        "You are not a member yet. Ask an owner or admin of your organization to invite you.",
    )
    REMOVED = (
        "removed",
        "You are no longer a member. An owner or admin of your organization can invite you again.",
    )
    OPERATIONS = (
        "operations",
        "This account may run Influence itself, so no organization's provider opens it. Sign in with a code.",
    )
    INACTIVE = "inactive", "Your account is closed. Ask an owner or admin of your organization."
    CHANGED = "changed", "The provider was changed while you were there. Start again."
    OFF = "off", "Single sign-on is turned off here. Sign in with a code."


class SignOnRefused(Exception):
    """Single sign-on let nobody in. `str()` is safe to show and says what to do."""

    def __init__(self, fault: SignOnFault) -> None:
        self.fault = fault
        super().__init__(fault.label)


class SignOnNotReady(Exception):
    """Base: a setting of single sign-on was refused. `str()` is safe to show and says what to do."""


class SignOnUntested(SignOnNotReady):
    def __init__(self) -> None:
        super().__init__("Test the sign-in first, and prove a domain.")


class SignOnByOwners(SignOnNotReady):
    def __init__(self) -> None:
        super().__init__(
            "Only an owner can turn single sign-on on: from then on the provider opens the account of everybody at your"
            " domains, the owners' as well."
        )


class SignOnChanged(SignOnNotReady):
    def __init__(self) -> None:
        super().__init__(
            "The provider was changed or tested anew meanwhile. Look at it here, and turn it on if it is yours."
        )


class TrustByOwners(SignOnNotReady):
    def __init__(self) -> None:
        super().__init__(
            "Only an owner can have addresses taken as verified while single sign-on is on: ask one, or turn it off first."
        )


class SignOnIsOff(SignOnNotReady):
    def __init__(self) -> None:
        super().__init__("Turn single sign-on on before you require it.")


class DomainTaken(SignOnNotReady):
    def __init__(self, domain: str) -> None:
        super().__init__(
            f"Another organization has proven that {domain} is its own. If that is wrong, ask us to look at it."
        )


class DomainIsPublic(SignOnNotReady):
    def __init__(self, domain: str) -> None:
        super().__init__(
            f"Anybody can have an address at {domain}, so it is nobody's own. Enter your company's domain."
        )


class DomainsWait(SignOnNotReady):
    def __init__(self, most: int) -> None:
        super().__init__(
            f"{most} domains wait for their code already. Confirm or remove one of them first."
        )


class DomainCodesTooMany(SignOnNotReady):
    def __init__(self) -> None:
        super().__init__(
            "Too many codes were sent today. Confirm a domain with a code you have, or come back tomorrow."
        )


class DomainCodeWrong(SignOnNotReady):
    def __init__(self) -> None:
        super().__init__(
            "This is not the code, or it is older than a day, or was tried too often. Check it, or have a new one sent."
        )


class DomainCodeJustSent(SignOnNotReady):
    def __init__(self) -> None:
        super().__init__("A code was sent less than a minute ago. Wait before another one is sent.")


class OwnSecondFactorMissing(Exception):
    def __init__(self) -> None:
        super().__init__(
            "Set up a second factor for yourself first: else you would lock yourself out."
        )
