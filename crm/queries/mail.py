"""E-mails to influencers, found by the influencer; by an address only where nothing says whose they are."""

from __future__ import annotations

from collections.abc import Collection

from django.db import models
from django.db.models import Exists, OuterRef, Q

from crm.models import Influencer, InfluencerMail, MailingRecipient, OtherAddress
from crm.policies.mailings import TEST
from mail.models import Message
from tenancy.scope import groups_scope

# E-mails to members, who may have the address of an influencer: invitations, codes, tests.
TO_MEMBERS = Q(template__startswith="tenancy_") | Q(intent__startswith=TEST)


def holders(addresses: Collection[str]) -> set[tuple[str, int]]:
    """Every influencer of the organization who is reached by one of these addresses, hidden ones too: (address, id)."""
    if not addresses:
        return set()
    with groups_scope(None):
        # Three questions, each answered by an index; one with OR reads everybody.
        written_to = Influencer.objects.filter(email__in=addresses).exclude(email="")
        signed_in = Influencer.objects.filter(person__email__in=addresses)
        others = OtherAddress.objects.filter(email__in=addresses)
        found = written_to.values_list("email", "pk").union(
            signed_in.values_list("person__email", "pk"),
            others.values_list("email", "influencer_id"),
        )
        return set(found)


def tied_ids(influencer_ids: Collection[int], most: int | None = None) -> list[int]:
    """The keys of the e-mails that are tied to these influencers, or of the latest of them."""
    recipients = MailingRecipient.objects.filter(influencer__in=influencer_ids)
    mails = InfluencerMail.objects.filter(influencer__in=influencer_ids)
    found = mails.values_list("message_id").union(
        recipients.exclude(message=None).values_list("message_id"),
        recipients.exclude(reminder=None).values_list("reminder_id"),
    )
    return [pk for (pk,) in found.order_by("-message_id")[:most]]


def mail_to(influencer: Influencer, most: int) -> models.QuerySet[Message] | None:
    """The e-mails to an influencer: the latest `most` that are tied to them, and those of earlier that went to an address
    which nobody else has. None where there can be none."""
    person = influencer.person
    addresses = {influencer.email, person.email if person else ""} - {""}
    own = addresses - {address for address, pk in holders(addresses) if pk != influencer.pk}
    ids = tied_ids([influencer.pk], most)
    if not ids and not own:
        return None
    with groups_scope(None):
        ties = (
            InfluencerMail.objects.filter(message=OuterRef("pk")),
            MailingRecipient.objects.filter(message=OuterRef("pk")),
            MailingRecipient.objects.filter(reminder=OuterRef("pk")),
        )
        is_nobody_s = Q(*(~Q(Exists(tie)) for tie in ties))
        theirs = Q(pk__in=ids) | (Q(recipient__in=own) & is_nobody_s)
        return Message.objects.filter(theirs).exclude(TO_MEMBERS)
