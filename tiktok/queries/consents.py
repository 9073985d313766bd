"""The text that creators agree to: what all organizations have, and the organization's own purpose beside it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models

from tiktok.models import Consent, ConsentPurpose
from tiktok.queries.accounts import active_consents

# The text stands in templates/portal/consent/<version>.html. A text that was agreed to stays as it is: a new one gets a new
# version. A version that allows more than those before stands here alone, and whoever agreed to an earlier one is asked again.
CONSENT_VERSION = "2026-12"
COVERING = frozenset({"2026-11", CONSENT_VERSION})


@dataclass(frozen=True)
class ConsentText:
    """A text that was or is agreed to. `purpose` is None where the organization has none of its own."""

    version: str
    purpose: ConsentPurpose | None

    def __str__(self) -> str:
        return f"{self.version}.{self.purpose.number}" if self.purpose else self.version

    @property
    def template(self) -> str:
        return f"portal/consent/{self.version}.html"


def current_text() -> ConsentText:
    """The text of the organization in scope as it is agreed to now."""
    return ConsentText(CONSENT_VERSION, ConsentPurpose.objects.order_by("-number").first())


def text_named(key: str) -> ConsentText:
    """The text that `str()` of it names; the current one for an empty name."""
    if not key:
        return current_text()
    version, _, number = key.partition(".")
    return ConsentText(version, ConsentPurpose.objects.get(number=number) if number else None)


def text_of(consent: Consent) -> ConsentText:
    """The text that was agreed to."""
    return ConsentText(consent.text_version, consent.purpose)


def outdated_consents() -> models.QuerySet[Consent]:
    """Live consents to a text that allows less than the current one: these creators are asked again."""
    return active_consents().exclude(_covers())


def is_outdated(consent: Consent) -> bool:
    """Does the current text allow more than this consent?"""
    return not Consent.objects.filter(_covers(), pk=consent.pk).exists()


def _covers() -> models.Q:
    widest = ConsentPurpose.objects.filter(is_wider=True).order_by("-number").first()
    covered = models.Q(text_version__in=COVERING)
    return covered & models.Q(purpose__number__gte=widest.number) if widest else covered
