"""The campaigns' reactions to signals of `tiktok`, `mail` and `crm`, and to rows that come and go."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from campaigns.enums import PlaceState
from campaigns.models import (
    BriefFile,
    Order,
    Participant,
    Post,
    PostPlace,
    Publication,
    ReviewVersion,
)
from campaigns.services.orders.contact.invitations import follow_mail
from campaigns.services.publishing.asking import STOPPED, stop_waiting
from campaigns.services.results.keeping import keep_results
from campaigns.services.results.rolling import add_up_anew
from campaigns.services.reviews.drafts import follow_versions
from crm.errors import AccountInUse
from crm.models import Influencer, SocialAccount
from crm.signals import deleting, removing
from files.models import File
from files.purge import delete_files
from mail.models import Message
from mail.signals import message_settled
from tiktok.models import Creator
from tiktok.queries.publishing import publishing_over
from tiktok.signals import disconnected


@receiver(message_settled, dispatch_uid="campaigns.message_settled")
def note_on_order(message: Message, **_: Any) -> None:
    """An invitation was sent, failed or bounced."""
    follow_mail(message)


@receiver(deleting, dispatch_uid="campaigns.deleting")
def keep_what_was_paid_for(influencer: Influencer, **_: Any) -> int:
    """The numbers of orders stay in campaigns, without the one who goes. How many posts."""
    return keep_results(influencer)


def _listed() -> QuerySet[PostPlace]:
    """Posts of other networks that stand in campaigns; what waits or was left out goes with its account."""
    return PostPlace.objects.filter(state=PlaceState.LISTED)


@receiver(removing, dispatch_uid="campaigns.removing")
def keep_account(account: SocialAccount, **_: Any) -> None:
    """An account that takes part in a campaign, or has orders or posts there, is not removed."""
    for rows in (Participant.objects, Order.objects, Post.objects, _listed()):
        if rows.filter(account=account).exists():
            raise AccountInUse(str(account))
    add_up_anew([account.pk])


@receiver(disconnected, dispatch_uid="campaigns.disconnected")
def forget_what_was_connected(creator: Creator, **_: Any) -> None:
    """Take what the permission brought from the sums of campaigns, too, and send nothing over it that waits."""
    if publishing_over(creator) is None:
        stop_waiting(Publication.objects.filter(order__account__creator=creator), STOPPED)
    add_up_anew(SocialAccount.objects.filter(creator=creator).values_list("pk", flat=True))


@receiver([post_save, post_delete], sender=ReviewVersion, dispatch_uid="campaigns.follow_versions")
def follow_latest_version(instance: ReviewVersion, **_: Any) -> None:
    """A review stands where its latest version does, however that came or went."""
    follow_versions(instance.review_id)


@receiver(post_delete, sender=ReviewVersion, dispatch_uid="campaigns.delete_file_of_draft")
@receiver(post_delete, sender=BriefFile, dispatch_uid="campaigns.delete_file_of_brief")
@receiver(post_delete, sender=Publication, dispatch_uid="campaigns.delete_film")
def delete_file(instance: ReviewVersion | BriefFile | Publication, **_: Any) -> None:
    """The file of a draft, of a brief, or a film goes with it."""
    if instance.file_id is not None:
        delete_files(File.objects.filter(pk=instance.file_id))
