"""Mail templates: made, changed and deleted. What was sent with one stays as it was."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from crm.errors import NameTaken
from crm.models import MailTemplate
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record


@transaction.atomic
def create_template(name: str, *, subject: str, body: str, actor: User | None) -> MailTemplate:
    """A template with checked texts. Raises NameTaken."""
    template = MailTemplate(name=name, subject=subject, body=body)
    _save(template)
    record(Verb.MAIL_TEMPLATE_CREATED, template, actor=actor)
    return template


@transaction.atomic
def edit_template(
    template: MailTemplate, *, name: str, subject: str, body: str, actor: User | None
) -> None:
    """Change name and checked texts. Raises NameTaken."""
    template.name, template.subject, template.body = name, subject, body
    _save(template)
    record(Verb.MAIL_TEMPLATE_CHANGED, template, actor=actor)


@transaction.atomic
def delete_template(template: MailTemplate, *, actor: User | None) -> None:
    """Delete a template; mailings have texts of their own."""
    record(Verb.MAIL_TEMPLATE_DELETED, template, actor=actor)
    template.delete()


def _save(template: MailTemplate) -> None:
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError as problem:
        raise NameTaken(template.name) from problem
