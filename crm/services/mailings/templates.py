"""Mail templates: made, changed and deleted. What was sent with one stays as it was."""

from __future__ import annotations

from django.db import transaction

from crm.models import MailTemplate, Removal
from crm.services.naming import save_named
from crm.services.removals.keeping import remove, restore_removed
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.scope import groups_scope
from tenancy.services.events import record


@transaction.atomic
def create_template(name: str, *, subject: str, body: str, actor: User | None) -> MailTemplate:
    """A template with checked texts. Raises NameTaken."""
    template = MailTemplate(name=name, subject=subject, body=body)
    save_named(template)
    record(Verb.MAIL_TEMPLATE_CREATED, template, actor=actor)
    return template


@transaction.atomic
def edit_template(
    template: MailTemplate, *, name: str, subject: str, body: str, actor: User | None
) -> None:
    """Change name and checked texts. Raises NameTaken."""
    template.name, template.subject, template.body = name, subject, body
    save_named(template)
    record(Verb.MAIL_TEMPLATE_CHANGED, template, actor=actor)


def delete_template(template: MailTemplate, *, actor: User | None) -> Removal:
    """Delete a template; it is kept for a while, so that this can be undone. Mailings have texts of their own."""
    return remove(template, actor=actor)


def removal_of_template(pk: int) -> Removal | None:
    """The removal of a template; None where it is kept no longer."""
    with groups_scope(None):  # it is about nobody
        return Removal.objects.filter(model=MailTemplate._meta.label, pk=pk).first()


def restore_template(removal: Removal, *, actor: User) -> MailTemplate | None:
    """The template, back with its texts; None where somebody has brought it back already. Raises NameTakenSince."""
    with groups_scope(None):
        row: MailTemplate | None = restore_removed(removal, actor=actor)
    return row
