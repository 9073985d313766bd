"""Invitations and awaited accounts stay with a TikTok account whose handle changes; two about the same account become one."""

from __future__ import annotations

from collections.abc import Sequence

from crm.models import AwaitedAccount, ConnectInvitation
from crm.policies.connections import by_heed


def follow_handle(earlier: str, handle: str) -> None:
    """The account that was called `earlier` is called `handle` now; what was asked and answered is kept. In a transaction."""
    named = ConnectInvitation.objects.select_for_update()
    for invitation in named.filter(handle=earlier).order_by("pk"):
        twin = named.filter(influencer=invitation.influencer_id, handle=handle).first()
        kept = invitation
        if twin is not None:
            kept, lost = heeded_first([invitation, twin])
            take_links(kept, [lost])
            lost.delete()
        kept.handle = handle
        kept.save()
    awaited = AwaitedAccount.objects.filter(handle=earlier)
    if AwaitedAccount.objects.filter(handle=handle).exists():
        awaited.delete()
    else:
        awaited.update(handle=handle)


def heeded_first(invitations: Sequence[ConnectInvitation]) -> list[ConnectInvitation]:
    """Invitations about the same account, the one that is kept first."""
    return sorted(invitations, key=by_heed)


def take_links(kept: ConnectInvitation, lost: Sequence[ConnectInvitation]) -> None:
    """The links that were mailed for those that go open this one. Saves it."""
    kept.other_links = [*kept.other_links, *(link for each in lost for link in _links(each))]
    kept.save(update_fields=["other_links"])


def give_links_back(invitation: ConnectInvitation) -> None:
    """An invitation that is there again is opened by its own links."""
    own = _links(invitation)
    for other in ConnectInvitation.objects.filter(other_links__overlap=own).exclude(
        pk=invitation.pk
    ):
        other.other_links = [link for link in other.other_links if link not in own]
        other.save(update_fields=["other_links"])


def _links(invitation: ConnectInvitation) -> list[str]:
    return [*invitation.other_links, f"{invitation.pk}.{invitation.version}"]
