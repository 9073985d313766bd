"""A TikTok account keeps its identity when its handle changes: the creator follows the account, not the name.

The earlier ones are kept (`FormerHandle`).
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.utils import timezone

from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record
from tiktok.client import errors
from tiktok.enums import MarketplaceStatus
from tiktok.models import Creator, FormerHandle, MarketplaceAccount
from tiktok.services.gateway import marketplace, tiktok_call
from tiktok.signals import renamed

LONGEST_HANDLE = 64  # that a column holds; TikTok's own have at most 24 characters


def creator_of(open_id: str, tiktok_creator_id: str | None) -> Creator | None:
    """The creator of this TikTok account in the organization in scope: by a consent to its grant, else by TikTok's own number."""
    consented = Creator.objects.filter(consents__connection__open_id=open_id)
    by_grant = consented.order_by("-consents__granted_at").first()
    if by_grant is not None or not tiktok_creator_id:
        return by_grant
    return Creator.objects.filter(tiktok_creator_id=tiktok_creator_id).order_by("pk").first()


def creators_called(handles: Collection[str]) -> dict[str, int]:
    """Keys of the creators of the organization in scope with these handles; one that nobody has now is whose it was last."""
    creators = dict(Creator.objects.filter(handle__in=handles).values_list("handle", "pk"))
    if former := set(handles) - creators.keys():
        rows = FormerHandle.objects.filter(handle__in=former).order_by("left_at", "pk")
        creators |= dict(rows.values_list("handle", "creator_id"))
    return creators


def find_renamed(
    handle: str, *, through: MarketplaceAccount | None, actor: User | None
) -> Creator | None:
    """The creator of the organization in scope whose account TikTok knows by this handle now, renamed.

    For a handle in the market of the account to ask `through`. TikTok is asked only while the organization has lost sight of an account. Raises
    TikTokProblem.
    """
    lost = Creator.objects.exclude(marketplace_status=MarketplaceStatus.IN)
    if not lost.exclude(tiktok_creator_id="").exists():
        return None
    with tiktok_call():
        try:
            number = marketplace(through).public_profile(handle).creator_id
        except (errors.NotInMarketplaceError, errors.NotFoundError):
            return None  # it has left since it was looked up
    creator = Creator.objects.filter(tiktok_creator_id=number).first() if number else None
    if creator is not None:
        follow_handle(creator, handle, actor=actor)
    return creator


@transaction.atomic
def follow_handle(creator: Creator, handle: str, *, actor: User | None = None) -> None:
    """TikTok knows this creator's account by `handle` now.

    Where another creator of the organization has that handle already, both stay as they are and an event says so.
    """
    earlier, handle = creator.handle, handle.lower()
    if len(handle) > LONGEST_HANDLE:
        return
    if handle == earlier:
        _dispute(creator, "")
        return
    creator.handle = handle
    try:
        with transaction.atomic():
            creator.save(update_fields=["handle"])
    except IntegrityError:
        creator.handle = earlier
        if _dispute(creator, handle):
            texts = {"handle": handle}
            record(Verb.CREATOR_HANDLE_TAKEN, creator, actor=actor, texts=texts)
    else:
        _dispute(creator, "")
        FormerHandle.objects.update_or_create(
            creator=creator, handle=earlier, defaults={"left_at": timezone.now()}
        )
        record(Verb.CREATOR_RENAMED, creator, actor=actor, texts={"earlier": earlier})
        renamed.send(sender=Creator, creator=creator, earlier=earlier)


def _dispute(creator: Creator, handle: str) -> bool:
    """Keep which handle of another creator this account has at TikTok. False: that was known."""
    if creator.disputed_handle == handle:
        return False
    creator.disputed_handle = handle
    creator.save(update_fields=["disputed_handle"])
    return True
