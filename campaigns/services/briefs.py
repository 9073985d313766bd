"""Files of a campaign's brief. A campaign is seen by every member, and so are they, whatever groups a member is limited to."""

from __future__ import annotations

from contextlib import suppress

from django.core.files.base import File as Upload
from django.db import transaction

from campaigns.errors import BriefIsFull
from campaigns.models import BriefFile, Campaign
from crm.models import Removal
from crm.services.removals.keeping import Kind, register_removable, remove, restore_removed
from files.enums import FileKind
from files.models import File
from files.services.storing import store_copy, store_large
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.scope import groups_scope
from tenancy.services.events import record

MOST_FILES = 10


def add_brief_file(campaign: Campaign, upload: Upload[bytes], *, actor: User) -> BriefFile:
    """Add an uploaded file to the brief. Raises FileRefused, BriefIsFull."""
    _refuse_more(campaign)
    file = store_large(FileKind.BRIEF_FILE, upload)
    with transaction.atomic():
        list(Campaign.objects.select_for_update(no_key=True).filter(pk=campaign.pk))
        _refuse_more(campaign)
        kept = _keep(campaign, file, actor)
        record(Verb.BRIEF_FILE_ADDED, campaign, actor=actor, texts={"file": file.name})
    return kept


def _refuse_more(campaign: Campaign) -> None:
    if campaign.brief_files.count() >= MOST_FILES:
        raise BriefIsFull(MOST_FILES)


def _keep(campaign: Campaign, file: File, added_by: User | None) -> BriefFile:
    file.save(force_insert=True)
    return campaign.brief_files.create(file=file, added_by=added_by)


def remove_brief_file(brief_file: BriefFile, *, actor: User) -> Removal:
    """Take a file out of the brief; it is kept for a while, so that this can be undone."""
    return remove(brief_file, actor=actor)


def restore_brief_file(removal: Removal, *, actor: User) -> BriefFile | None:
    """Put it back; None where somebody has, or the campaign is gone."""
    with groups_scope(None):
        row: BriefFile | None = restore_removed(removal, actor=actor)
    return row


def removal_of(campaign: Campaign, pk: int) -> Removal | None:
    """The removal of a file from this campaign's brief; None where it is kept no longer."""
    with groups_scope(None):  # it is about no influencer
        rows = Removal.objects.filter(model=BriefFile._meta.label, pk=pk)
        return rows.filter(kept__row__campaign_id=str(campaign.pk)).first()


def copy_brief_files(campaign: Campaign, twin: Campaign) -> None:
    """Give another campaign copies of the files of this one's brief. Inside the caller's transaction."""
    for each in campaign.brief_files.select_related("file", "added_by").order_by("pk"):
        with suppress(FileNotFoundError):  # the storage has lost it; the page of the file says so
            _keep(twin, store_copy(each.file), each.added_by)


def register_removables() -> None:
    """Make known what comes back."""
    kind = Kind(Verb.BRIEF_FILE_REMOVED, Verb.BRIEF_FILE_RESTORED, "file")
    register_removable(BriefFile, kind)
