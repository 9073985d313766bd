"""The first person of an organization: `manage.py create_organization NAME --owner EMAIL`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email, validate_slug
from django.db import transaction
from django.urls import reverse
from django.utils.text import slugify

from mail.services.outbox import queue_message
from tenancy.addresses import one_spelling
from tenancy.models import Organization, User
from tenancy.scope import person_scope
from tenancy.services.organizations import create_organization

LONGEST_NAME, LONGEST_SLUG = 120, 60


class Command(BaseCommand):
    help = "Create an organization with its owner, and mail the owner a link to choose a password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="as people read it")
        parser.add_argument("--owner", required=True, help="the owner's e-mail address")
        parser.add_argument("--owner-name", default="", help="as colleagues read it")
        parser.add_argument("--slug", help="in addresses; made of the name by default")

    def handle(
        self, *, name: str, owner: str, owner_name: str, slug: str | None, **options: Any
    ) -> None:
        name, slug = name.strip(), slug or slugify(name)[:LONGEST_SLUG]
        self.check_words(name, owner, owner_name, slug)
        with transaction.atomic():
            address = one_spelling(owner.strip())
            person = User.objects.filter(email=address).first()
            person = person or User.objects.create_user(address, name=owner_name)
            organization = create_organization(name, slug, owner=person)
            self.mail(organization, person)
        self.stdout.write(
            f"{organization} is ready at {settings.PUBLIC_URL}{organization.get_absolute_url()}. "
            f"{person.email} owns it; the worker sends the mail with the link."
        )

    def check_words(self, name: str, owner: str, owner_name: str, slug: str) -> None:
        if not name or len(name) > LONGEST_NAME or len(owner_name) > LONGEST_NAME:
            raise CommandError(f"A name has 1 to {LONGEST_NAME} characters.")
        try:
            validate_email(owner.strip())
        except ValidationError:
            raise CommandError(f"“{owner}” is no e-mail address.") from None
        try:
            validate_slug(slug)
        except ValidationError:
            raise CommandError(
                "Give --slug: letters without accents, digits and hyphens."
            ) from None
        if len(slug) > LONGEST_SLUG:
            raise CommandError(f"A slug has at most {LONGEST_SLUG} characters.")
        if Organization.objects.filter(slug=slug).exists():
            raise CommandError(
                f"There is an organization at /o/{slug}/ already. Give another --slug."
            )

    def mail(self, organization: Organization, person: User) -> None:
        values = {
            "organization": str(organization),
            "email": person.email,
            "has_password": person.has_usable_password(),
            "link": settings.PUBLIC_URL + self.path(organization, person),
            "sign_in": settings.PUBLIC_URL + reverse("account_login"),
            "days": settings.PASSWORD_RESET_TIMEOUT // 86_400,
        }
        with person_scope(person):
            queue_message(
                "tenancy_owner",
                to=person.email,
                subject=f"You own {organization} on Influence",
                values=values,
                intent=f"tenancy_owner:{organization.pk}",
                is_secret=True,
            )

    def path(self, organization: Organization, person: User) -> str:
        """The path to choose a password for a new person; to the organization for one who has a password."""
        if person.has_usable_password():
            return organization.get_absolute_url()
        return reverse(
            "account_reset_password_from_key",
            kwargs={
                "uidb36": user_pk_to_url_str(person),
                "key": app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(person),
            },
        )
