"""The filter of the list by the days on which permissions end."""

from __future__ import annotations

from django.db import models
from django.db.models import OuterRef, Q

from crm.models import SocialAccount
from crm.policies.filters import Condition, Field, Values
from crm.queries.fields import Asker, Rows, Rule, between, moments, probe, register_rule
from tiktok.enums import LIVE_CONNECTION_STATES
from tiktok.models import Creator


def register_grant_rule() -> None:
    """Make the field known; who has connected no account has no value."""
    register_rule(Rule(Field("grant", "Permission ends", Values.DAY), _grant, _grant_ids))


def creators_ending(condition: Condition) -> models.QuerySet[Creator]:
    """The authenticated creators whose grant ends within the days of a condition on `grant`."""
    return _authenticated_creators().filter(between("grant_ends_at", moments(condition)))


def _authenticated_creators() -> models.QuerySet[Creator]:
    return Creator.objects.filter(grant_state__in=LIVE_CONNECTION_STATES)


def _grant(condition: Condition, _: Asker) -> Q:
    of_influencer = {"account__influencer": OuterRef("pk")}
    found = probe(creators_ending(condition).filter(**of_influencer))
    if condition.or_unknown:
        found |= ~probe(_authenticated_creators().filter(**of_influencer))
    return found


def _grant_ids(condition: Condition) -> Rows:
    return SocialAccount.objects.filter(creator__in=creators_ending(condition)).values(
        "influencer_id"
    )
