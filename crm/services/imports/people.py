"""Influencers as the subject of imports."""

from __future__ import annotations

from collections.abc import Collection

from crm.services.imports.fates import fates_of
from crm.services.imports.meaning.catalog import ACCOUNT, SETS, fields
from crm.services.imports.meaning.mapping import IDENTIFYING, is_reading, recognized_among
from crm.services.imports.rollback import note_verdicts, take_back
from crm.services.imports.subjects import Subject, register_subject
from crm.services.imports.writing import write_rows
from tenancy.enums import Permission

INFLUENCERS = "influencers"


def _needed(keys: Collection[str]) -> str:
    if not any(key in IDENTIFYING or key.startswith(ACCOUNT) for key in keys):
        return "Choose the column that holds the name, the e-mail, the phone or an account."
    return ""


def register() -> None:
    """Make influencers known to the importer."""
    register_subject(
        Subject(
            key=INFLUENCERS,
            noun="creator",
            permission=Permission.IMPORT_INFLUENCERS,
            started_at=lambda parent: ("crm:imports", []),
            shown_at=lambda parent: ("crm:influencers", []),
            fields=fields,
            recognized=recognized_among,
            needed=_needed,
            is_news=is_reading,
            is_added=lambda key: key in SETS or key.startswith(ACCOUNT),
            judge=fates_of,
            write=lambda parent, rows, actor: write_rows(parent, rows, actor=actor),
            take_back=lambda parent, rows, actor: take_back(parent, rows, actor=actor),
            note_verdicts=note_verdicts,
        )
    )
