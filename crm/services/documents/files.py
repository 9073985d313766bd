"""Files kept with influencers."""

from __future__ import annotations

from django.core.files.base import File as Upload
from django.db import transaction

from crm.models import Document, Influencer, Removal
from crm.services.removals.keeping import remove
from files.enums import FileKind
from files.services.storing import store_content
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record


def add_document(influencer: Influencer, upload: Upload[bytes], *, actor: User) -> Document:
    """Keep an uploaded file with an influencer. Raises FileRefused."""
    file = store_content(FileKind.INFLUENCER_FILE, upload)
    with transaction.atomic():
        file.save(force_insert=True)
        document = Document.objects.create(influencer=influencer, file=file, added_by=actor)
        record(Verb.FILE_ADDED, influencer, actor=actor, texts={"file": file.name})
    return document


def delete_document(document: Document, *, actor: User) -> Removal:
    """Delete a file; its content goes with what is kept to undo this (`crm.receivers`)."""
    return remove(document, actor=actor)
