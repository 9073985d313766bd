"""Mail templates: made, changed and deleted. What was sent with one stays as it was."""

from __future__ import annotations

from django.db import transaction

from crm.models import MailTemplate
from crm.services.naming import save_named
from tenancy.enums import Verb
from tenancy.models import User
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


@transaction.atomic
def delete_template(template: MailTemplate, *, actor: User | None) -> None:
    """Delete a template; mailings have texts of their own."""
    record(Verb.MAIL_TEMPLATE_DELETED, template, actor=actor)
    template.delete()
