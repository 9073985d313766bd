"""Traces of somebody who goes: the rows that are about them, found in the model registry, and what they are called in texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import models

from crm.models import SEARCHED, Influencer, OtherAddress, SocialAccount
from crm.queries.hanging import rows_about
from crm.queries.mail import holders
from tenancy.isolation import organization_models
from tenancy.models import EventText
from tenancy.queries import members_in_scope
from tenancy.scope import groups_scope
from tiktok.models import Creator, FormerHandle

# Behind a handle or a name: no letter, digit or underscore, and no dot in the middle of a word.
ENDS, BEGINS = r"(?!\w|\.\w)", r"(?<!\w)"
SHORTEST_NAME = 5  # letters of a name that stands for one person alone


@dataclass(frozen=True)
class Traces:
    """The rows about somebody by their model, and a regular expression that finds them in texts; empty: nothing is sure to."""

    subjects: dict[str, list[int]]
    pattern: str


def traces_of(influencer: Influencer) -> Traces:
    """The traces of an influencer of the organization in scope."""
    with groups_scope(None):
        return Traces(dict(_subjects(influencer)), _pattern(influencer))


def forget_event_texts(subjects: dict[str, list[int]]) -> int:
    """Delete names and texts from the events about these rows; that something happened stays. Returns how many."""
    gone = 0
    for label, ids in subjects.items():
        texts = EventText.objects.filter(event__object_type=label, event__object_id__in=ids)
        gone += texts.delete()[0]
    return gone


def _subjects(influencer: Influencer) -> Iterator[tuple[str, list[int]]]:
    creators = Creator.objects.filter(account__influencer=influencer)
    yield Creator._meta.label_lower, list(creators.values_list("pk", flat=True))
    for model in organization_models():
        if model not in SEARCHED:
            ids = rows_about(model, influencer).values_list("pk", flat=True)
            yield model._meta.label_lower, list(ids)
    yield Influencer._meta.label_lower, [influencer.pk]


def _pattern(influencer: Influencer) -> str:
    accounts = SocialAccount.objects.filter(influencer=influencer)
    creators = Creator.objects.filter(account__in=accounts)
    handles = {
        *accounts.values_list("handle", flat=True),
        *creators.values_list("disputed_handle", flat=True),
        *FormerHandle.objects.filter(creator__in=creators).values_list("handle", flat=True),
        *influencer.awaited_accounts.values_list("handle", flat=True),
    }
    names = {influencer.name, influencer.display_name, *creators.values_list("display_name", flat=True)}  # fmt: skip
    ids = {influencer.phone, *creators.values_list("tiktok_creator_id", flat=True), *_published(accounts)}  # fmt: skip
    words = {*_own_names(influencer, names), *_own_addresses(influencer), *(ids - {""})}
    parts = [rf"{BEGINS}{re.escape(word)}{ENDS}" for word in sorted(words)]
    for handle in map(re.escape, sorted(handles - {""})):
        parts += [rf"[@/]{handle}{ENDS}", rf'(?<="){handle}(?=")']
    return "|".join(parts)


def _published(accounts: models.QuerySet[SocialAccount]) -> Iterable[str]:
    """The numbers by which networks know the posts that stand in campaigns."""
    ids = [*accounts.values_list("posts__network_post_id", "network_posts__network_post_id")]
    return {each for pair in ids for each in pair if each}


def _own_names(influencer: Influencer, names: Iterable[str]) -> set[str]:
    """The names that mean this person alone here: a word that others are called by, too, says nothing."""
    telling = {name for name in names if len(name) >= SHORTEST_NAME and re.search(r"[\W\d_]", name)}
    others = Influencer.objects.exclude(pk=influencer.pk).filter(name__in=telling)
    members = members_in_scope().filter(user__name__in=telling)
    return telling - set(others.values_list("name", flat=True)) - set(members.values_list("user__name", flat=True))  # fmt: skip


def _own_addresses(influencer: Influencer) -> set[str]:
    """The addresses that reach nobody else of the organization."""
    person = influencer.person
    others = OtherAddress.objects.filter(influencer=influencer).values_list("email", flat=True)
    known = {influencer.email, person.email if person else "", *others} - {""}
    shared = {address for address, pk in holders(known) if pk != influencer.pk}
    members = members_in_scope().filter(user__email__in=known)
    return known - shared - set(members.values_list("user__email", flat=True))
