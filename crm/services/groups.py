"""Groups of influencers: made, renamed, given members and branding, deleted once they are empty."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.files.base import File as Upload
from django.db import transaction

from crm.models import GroupBranding, Influencer
from files.enums import FileKind
from files.services.storing import set_aside, store_content
from tenancy.enums import Verb
from tenancy.errors import GroupKeyTaken, GroupNotEmpty, GroupTooLarge
from tenancy.models import Group, GroupMember, Organization, User
from tenancy.scope import required_organization_id
from tenancy.services.events import record, record_each

MOVED_AT_ONCE = 5000


@transaction.atomic
def create_group(name: str, key: str, *, actor: User | None) -> Group:
    """A group of the organization in scope. Raises GroupKeyTaken."""
    # Of two people at once, the second sees the first one's key.
    Organization.objects.select_for_update(no_key=True).get(pk=required_organization_id())
    if Group.objects.filter(key=key).exists():
        raise GroupKeyTaken(key)
    group = Group.objects.create(name=name, key=key)
    record(Verb.GROUP_CREATED, group, actor=actor)
    return group


@transaction.atomic
def edit_group(group: Group, *, name: str, application_text: str, actor: User | None) -> None:
    """Change name and text; the key, and so addresses, stay. Without a change, no event."""
    branding, _ = GroupBranding.objects.get_or_create(group=group)
    if (group.name, branding.application_text) == (name, application_text):
        return
    group.name, branding.application_text = name, application_text
    group.save(update_fields=["name"])
    branding.save(update_fields=["application_text"])
    record(Verb.GROUP_CHANGED, group, actor=actor)


def set_group_logo(group: Group, upload: Upload[Any], *, actor: User | None) -> None:
    """Make an uploaded picture the logo of the group. Raises FileRefused."""
    file = store_content(FileKind.GROUP_LOGO, upload)
    with transaction.atomic():
        branding = _without_logo(group)
        file.save(force_insert=True)
        branding.logo = file
        branding.save(update_fields=["logo"])
        record(Verb.GROUP_CHANGED, group, actor=actor)


@transaction.atomic
def remove_group_logo(group: Group, *, actor: User | None) -> None:
    """Take the group's logo away."""
    _without_logo(group).save(update_fields=["logo"])
    record(Verb.GROUP_CHANGED, group, actor=actor)


def _without_logo(group: Group) -> GroupBranding:
    """The locked branding of the group; its logo's file is set aside and deleted later (`files.purge`)."""
    GroupBranding.objects.get_or_create(group=group)
    branding = GroupBranding.objects.select_for_update().get(group=group)
    if branding.logo is not None:
        set_aside(branding.logo)
        branding.logo = None
    return branding


@transaction.atomic
def set_group_members(group: Group, people: Iterable[User], *, actor: User | None) -> None:
    """Let these people, and no others, work with the group. Without a change, no event."""
    wanted = {person.pk for person in people}
    existing = set(group.members.values_list("user_id", flat=True))
    if wanted == existing:
        return
    group.members.filter(user_id__in=existing - wanted).delete()
    GroupMember.objects.bulk_create(
        GroupMember(group=group, user_id=user_id) for user_id in sorted(wanted - existing)
    )
    record(Verb.GROUP_MEMBERS_CHANGED, group, actor=actor, user_ids=sorted(wanted))


@transaction.atomic
def delete_group(
    group: Group, *, is_moving: bool, move_to: Group | None, actor: User | None
) -> int:
    """Delete a group; its influencers move to another one, or to none, if that is said. Returns how many moved.

    Raises GroupNotEmpty, GroupTooLarge.
    """
    group = Group.objects.select_for_update().get(pk=group.pk)
    inside = Influencer.objects.select_for_update().filter(group=group).order_by("pk")
    moved = list(inside[: MOVED_AT_ONCE + 1])
    if moved and not is_moving:
        raise GroupNotEmpty
    if len(moved) > MOVED_AT_ONCE:
        raise GroupTooLarge(MOVED_AT_ONCE)
    Influencer.objects.filter(group=group).update(group=move_to)
    record_each(Verb.INFLUENCER_EDITED, moved, actor=actor, texts={"fields": ["group"]})
    record(Verb.GROUP_DELETED, group, actor=actor, moved_count=len(moved))
    _without_logo(group).delete()
    group.delete()
    return len(moved)
