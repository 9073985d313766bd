"""What the CRM makes of news from below."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from crm.enums import AccountType, Network
from crm.models import Influencer, SocialAccount
from tenancy.models import User
from tenancy.services.organizations import let_influencer_in
from tiktok.models import Creator
from tiktok.signals import connected


@receiver(post_save, sender=Influencer, dispatch_uid="crm.influencer_login")
def open_the_dashboard(instance: Influencer, **_: Any) -> None:
    """Whoever is named on an influencer row finds this organization in the influencers' dashboard."""
    if instance.person is not None and instance.organization_id is not None:
        let_influencer_in(instance.organization_id, instance.person)


@receiver(post_save, sender=Creator, dispatch_uid="crm.display_name")
def name_after_profile(instance: Creator, **_: Any) -> None:
    """An influencer who is named after the handle gets the name TikTok shows, once the profile brings it."""
    if not instance.display_name:
        return
    for influencer in Influencer.objects.filter(
        accounts__creator=instance, name__iexact=instance.handle
    ):
        influencer.name = instance.display_name
        influencer.save()


@receiver(connected, dispatch_uid="crm.connected")
def attach_account(creator: Creator, person: User, **_: Any) -> None:
    """The person has proven to own the account: it stands on their influencer row from now on."""
    account = SocialAccount.objects.select_related("influencer").filter(creator=creator).first()
    influencer = _influencer_of(person, account) or Influencer(email=person.email)
    is_placeholder = influencer.name in {"", creator.handle, influencer.email}
    if is_placeholder:
        influencer.name = person.name or creator.display_name or creator.handle
    if is_placeholder or influencer.person_id != person.pk:
        influencer.person = person
        influencer.save()
    if account is None:
        account = SocialAccount(
            creator=creator,
            network=Network.TIKTOK,
            account_type=AccountType.TIKTOK_CREATOR,
            handle=creator.handle,
        )
    if account.influencer_id != influencer.pk:
        account.influencer = influencer
        account.save()


def _influencer_of(person: User, account: SocialAccount | None) -> Influencer | None:
    """Their own row; else the row the account stands on, or the one with their e-mail, if it is nobody's yet."""
    own = Influencer.objects.filter(person=person).first()
    if own is not None:
        return own
    if account is not None and account.influencer.person_id is None:
        return account.influencer
    unclaimed = Influencer.objects.filter(person=None, email__iexact=person.email)
    return unclaimed.order_by("pk").first()
