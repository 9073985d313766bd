"""Posts of other networks as the importer knows them, and the beginning of an import into a campaign."""

from __future__ import annotations

from django.core.files.base import File as Upload

from campaigns.models import POST_NUMBERS, Campaign
from campaigns.services.networks.imports.fates import FINDS, fates_of
from campaigns.services.networks.imports.fields import (
    ACCOUNT,
    COUNTED,
    NETWORK,
    URL,
    fields,
    needed,
    recognized,
)
from campaigns.services.networks.imports.rollback import note_verdicts, take_back
from campaigns.services.networks.imports.writing import write_rows
from crm.models import Import
from crm.services.imports.runs import start_import
from crm.services.imports.subjects import Subject, register_subject
from tenancy.enums import Permission
from tenancy.models import User

POSTS = "posts"


def start_posts_import(
    campaign: Campaign, upload: Upload[bytes], *, only_finds: bool, actor: User
) -> Import:
    """Start the preview of a file of posts. `only_finds`: they are all that the accounts have published, and only those in which a
    keyword is found wait for the campaign. Raises FileRefused or TableRefused."""
    context = {"campaign": campaign.pk, "way": FINDS if only_finds else "list"}
    return start_import(upload, actor=actor, about=POSTS, context=context)


def register() -> None:
    """Make posts known to the importer."""
    register_subject(
        Subject(
            key=POSTS,
            noun="post",
            permission=Permission.EDIT_CAMPAIGNS,
            started_at=lambda parent: ("campaigns:network_import", [parent.context["campaign"]]),
            shown_at=lambda parent: ("campaigns:network_posts", [parent.context["campaign"]]),
            page_at=lambda parent: (
                "campaigns:network_import_page",
                [parent.context["campaign"], parent.pk],
            ),
            fields=fields,
            recognized=recognized,
            needed=needed,
            is_news=lambda key: key in POST_NUMBERS,
            is_added=lambda key: key in {URL, ACCOUNT, NETWORK, COUNTED},
            judge=fates_of,
            write=write_rows,
            take_back=take_back,
            note_verdicts=note_verdicts,
        )
    )
