"""The text that creators agree to: what all organizations have, and the organization's own purpose beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Case, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

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


def with_outdated(rows: models.QuerySet[Consent]) -> models.QuerySet[Any]:
    """Consents with `is_outdated`: the current text allows more than the one agreed to, so that the creator is asked again."""
    wider = ConsentPurpose.objects.filter(is_wider=True).order_by("-number").values("number")[:1]
    covers = Q(text_version__in=COVERING) & Q(agreed_number__gte=Coalesce(Subquery(wider), 0))
    return rows.alias(agreed_number=Coalesce("purpose__number", 0)).annotate(
        is_outdated=Case(When(covers, then=Value(False)), default=Value(True))
    )


def outdated_consents() -> models.QuerySet[Consent]:
    """Live consents to a text that allows less than the current one."""
    return with_outdated(active_consents()).filter(is_outdated=True)


def is_outdated(consent: Consent) -> bool:
    """Does the current text allow more than this consent?"""
    return with_outdated(Consent.objects.all()).filter(pk=consent.pk, is_outdated=True).exists()
