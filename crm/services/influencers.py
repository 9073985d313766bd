"""Influencers: their details, and who signs in as one of them."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from crm.models import Influencer
from tenancy.addresses import one_spelling
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.scope import required_organization_id
from tenancy.services.events import record
from tenancy.services.organizations import let_influencer_in
from tiktok.models import Connection


@transaction.atomic
def edit_influencer(influencer: Influencer, *, actor: User | None, **changes: Any) -> None:
    """Change name, e-mail, country or language. A new address takes the dashboard away from an old one that never
    connected anything (it was a slip)."""
    locked = Influencer.objects.select_for_update().get(pk=influencer.pk)
    changed = [name for name, value in changes.items() if getattr(locked, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(locked, name, changes[name])
    if "email" in changed and _is_another_unused_person(locked):
        locked.person = None
    locked.save()
    record(Verb.INFLUENCER_EDITED, locked, actor=actor, texts={"fields": sorted(changed)})


def _is_another_unused_person(influencer: Influencer) -> bool:
    person = influencer.person
    if person is None or person.email == one_spelling(influencer.email):
        return False
    return not Connection.objects.filter(person=person).exists()


def open_dashboard(influencer: Influencer, person: User) -> None:
    """Save the row as this person's: they find the organization in the influencers' dashboard from now on."""
    influencer.person = person
    influencer.save()
    let_influencer_in(required_organization_id(), person)


def name_in_mail(influencer: Influencer, handle: str) -> str:
    """How an e-mail addresses them: who is still named after the handle, by the handle."""
    return influencer.name if influencer.name != handle else f"@{handle}"
