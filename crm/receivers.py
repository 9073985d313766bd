"""The CRM's reactions to signals of `tiktok`."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.db.models.signals import post_delete, pre_delete
from django.dispatch import receiver
from django.utils.translation import gettext

from crm.enums import AccountType, Network
from crm.models import (
    Application,
    AwaitedAccount,
    Contract,
    Document,
    Influencer,
    Mailing,
    MailingRecipient,
    Merge,
    OtherAddress,
    Removal,
    SocialAccount,
)
from crm.queries.programs import known_as_applicants
from crm.services.accounts import name_after_profile, name_at_tiktok
from crm.services.connections import joining
from crm.services.connections.answers import note_connected
from crm.services.erasure.persons import BEING_ERASED, is_being_erased
from crm.services.errands import INFLUENCER_PAGE
from crm.services.exports.runs import forget_exports
from crm.services.forgetting import forget_copies, forget_unused, is_forgotten_together
from crm.services.influencers import open_dashboard
from crm.services.mailings.answers import follow_message, note_answer
from crm.services.merging.finding import check_for_duplicates, note_moved_account
from crm.services.programs.applying import (
    hide_applicant,
    is_applicant_only,
    keep_known,
    open_applications,
    tie_applicant,
)
from files.models import File
from files.purge import delete_files
from jobs.services.forgetting import forget_links
from mail.models import Message
from mail.signals import message_settled
from tenancy.models import User
from tenancy.scope import groups_scope
from tiktok.errors import ConnectRefused
from tiktok.models import Creator
from tiktok.signals import (
    connected,
    disconnected,
    language_asked,
    named,
    renamed,
    setting_out,
)


@receiver(connected, dispatch_uid="crm.connected")
def attach_account(creator: Creator, person: User, **_: Any) -> None:
    """The person has proven to own the account: it stands on their influencer row from now on. Raises ConnectRefused where
    all that is theirs is being deleted: then nothing is kept of the connection."""
    _refuse_erased(person)
    account = SocialAccount.objects.select_related("influencer").filter(creator=creator).first()
    influencer = _influencer_of(person, account, creator) or Influencer(email=person.email)
    applications, is_new = open_applications(person), influencer.pk is None
    known = _known_by_it(account, influencer)
    if is_new:
        hide_applicant(influencer, applications)
    if known is not None and (applications if is_new else is_applicant_only(influencer)):
        keep_known(influencer, known)
    is_placeholder = influencer.name in {"", creator.handle, influencer.email}
    if is_placeholder:
        influencer.name = person.name or name_at_tiktok(creator) or creator.handle
    if is_placeholder or influencer.person_id != person.pk:
        open_dashboard(influencer, person)
    tie_applicant(influencer, applications, is_new=is_new and known is None)
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
        check_for_duplicates(influencer.pk)
    if known is not None:
        note_moved_account(creator.handle, known.pk, influencer.pk)
    AwaitedAccount.objects.filter(handle=creator.handle).delete()
    note_answer(influencer.pk)
    note_connected(influencer.pk, creator.handle)


@receiver(disconnected, dispatch_uid="crm.forget_exports")
def forget_exported_numbers(creator: Creator, **_: Any) -> None:
    """Delete all exports: what the permission showed may stand in them, and nobody knows who stands in which. Mere applicants
    are in those of archived ones at most."""
    with groups_scope(None):
        account = SocialAccount.objects.filter(creator=creator).first()
    ids = {account.influencer_id} if account else set()
    forget_exports(of_archived=bool(ids) and known_as_applicants(ids) == ids)


@receiver(named, dispatch_uid="crm.named")
def follow_name(creator: Creator, **_: Any) -> None:
    """Name whoever is still named after the handle as TikTok names the account."""
    account = SocialAccount.objects.select_related("influencer").filter(creator=creator).first()
    if account is not None:
        name_after_profile(account.influencer, creator)


@receiver(renamed, dispatch_uid="crm.renamed")
def follow_handle(creator: Creator, earlier: str, **_: Any) -> None:
    """The account and what was asked about it are found by its new handle, and who is named after the old one is named after
    the new, whoever asked."""
    with groups_scope(None):
        joining.follow_handle(earlier, creator.handle)
        account = SocialAccount.objects.select_related("influencer").filter(creator=creator).first()
        if account is None:
            return
        account.handle = creator.handle
        account.save()
        if account.influencer.name.lower() == earlier:
            account.influencer.name = creator.handle
            account.influencer.save()


@receiver(setting_out, dispatch_uid="crm.setting_out")
def refuse_to_connect(person: User, **_: Any) -> None:
    """Nobody leaves for TikTok while all that is theirs is being deleted."""
    _refuse_erased(person)


@receiver(language_asked, dispatch_uid="crm.language_asked")
def known_language(person: User, **_: Any) -> str:
    """The language in which the team writes to this person."""
    known = Influencer.objects.filter(person=person).values_list("language", flat=True)
    return known.first() or ""


@receiver(pre_delete, sender=Influencer, dispatch_uid="crm.forget_copies")
def forget_copies_of_one(instance: Influencer, **_: Any) -> None:
    """Files that speak of somebody who goes are kept no longer, nor are exports."""
    if not is_forgotten_together(instance.pk):
        forget_copies([instance.pk])


@receiver(post_delete, sender=Influencer, dispatch_uid="crm.forget_mail")
def forget_mail(instance: Influencer, **_: Any) -> None:
    """The organization keeps no mail to somebody who is no influencer of it any more."""
    if not is_forgotten_together(instance.pk):
        person = instance.person
        forget_unused({instance.email, person.email if person else ""} - {""})


@receiver(post_delete, sender=OtherAddress, dispatch_uid="crm.forget_mail_to_other_address")
def forget_mail_to_other_address(instance: OtherAddress, origin: Any, **_: Any) -> None:
    """An address of somebody who is deleted goes as their first one does: those who were merged into them had it."""
    model = origin.model if isinstance(origin, QuerySet) else type(origin)
    if model is not OtherAddress and not is_forgotten_together(instance.influencer_id):
        forget_unused({instance.email})


@receiver(post_delete, sender=MailingRecipient, dispatch_uid="crm.forget_mailing")
def forget_mailing(instance: MailingRecipient, **_: Any) -> None:
    """The words of a mailing were written to its recipients: with the last of them it goes."""
    with groups_scope(None):
        if not MailingRecipient.objects.filter(mailing=instance.mailing_id).exists():
            Mailing.objects.filter(pk=instance.mailing_id).delete()


@receiver(message_settled, dispatch_uid="crm.follow_message")
def follow_mailing(message: Message, **_: Any) -> None:
    """A mailing says of each recipient what became of their e-mail."""
    follow_message(message)


@receiver(post_delete, sender=Merge, dispatch_uid="crm.forget_links_to_merged")
def forget_links_to_merged(instance: Merge, **_: Any) -> None:
    """No outcome of a job names somebody who has gone with the one they were merged into."""
    for influencer_id in instance.merged_ids:
        forget_links(INFLUENCER_PAGE, influencer_id)


@receiver(post_delete, sender=Influencer, dispatch_uid="crm.forget_links_to_influencer")
def forget_links_to_influencer(instance: Influencer, **_: Any) -> None:
    """No outcome of a job names somebody who has gone."""
    forget_links(INFLUENCER_PAGE, instance.pk)


@receiver(post_delete, sender=SocialAccount, dispatch_uid="crm.forget_links_to_account")
def forget_links_to_account(instance: SocialAccount, **_: Any) -> None:
    """No outcome of a job names an account that has gone, under whichever handle and influencer it had then."""
    forget_links(INFLUENCER_PAGE, instance.influencer_id)
    forget_links(INFLUENCER_PAGE, f"@{instance.handle}")


@receiver(post_delete, sender=Document, dispatch_uid="crm.delete_file_of_document")
@receiver(post_delete, sender=Contract, dispatch_uid="crm.delete_file_of_contract")
@receiver(post_delete, sender=Removal, dispatch_uid="crm.delete_file_of_removal")
@receiver(post_delete, sender=Application, dispatch_uid="crm.delete_file_of_application")
def delete_file(instance: Document | Contract | Removal | Application, **_: Any) -> None:
    """A file goes with the row that it belongs to, or with what is kept of one that was deleted."""
    if instance.file_id is not None:
        delete_files(File.objects.filter(pk=instance.file_id))


def _refuse_erased(person: User) -> None:
    if is_being_erased(person):
        raise ConnectRefused(gettext(BEING_ERASED))


def _influencer_of(
    person: User, account: SocialAccount | None, creator: Creator
) -> Influencer | None:
    """Find the person's own row; else the account's row, or the one with their e-mail, if it is nobody's yet."""
    own = Influencer.objects.filter(person=person).first()
    if own is not None:
        return own
    if account is not None and account.influencer.person_id is None:
        return account.influencer
    unclaimed = Influencer.objects.filter(person=None, email=person.email)
    return unclaimed.order_by("pk").first() or _awaiting(creator)


def _known_by_it(account: SocialAccount | None, influencer: Influencer) -> Influencer | None:
    """Somebody else whom the organization knew by the account, and not as an applicant alone."""
    if account is None or account.influencer_id == influencer.pk:
        return None
    return None if is_applicant_only(account.influencer) else account.influencer


def _awaiting(creator: Creator) -> Influencer | None:
    """The influencer whom an import has named as the account's, if nobody signs in as them yet."""
    unclaimed = Influencer.objects.filter(person=None, awaited_accounts__handle=creator.handle)
    return unclaimed.first()
