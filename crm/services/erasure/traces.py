"""Traces of somebody who goes: the rows that are about them, found in the model registry, and what they are called in texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models

from crm.enums import Network
from crm.models import Influencer, OtherAddress, SocialAccount
from crm.models.search import Entry
from crm.policies.spellings import SPELLINGS
from crm.queries.hanging import rows_about
from crm.queries.mail import holders
from crm.services.erasure.texts import Sought
from tenancy.isolation import organization_models
from tenancy.models import EventText, Organization
from tenancy.queries import members_in_scope
from tenancy.scope import groups_scope, required_organization_id
from tiktok.models import Creator, FormerHandle

# The organization's own vocabulary, by model and column: what stands there is no word for a person.
VOCABULARY = (
    ("campaigns.Campaign", "name"), ("campaigns.Campaign", "client"), ("campaigns.OrderRequest", "brand_name"),
    ("campaigns.OrderTemplate", "name"), ("campaigns.Report", "client"), ("crm.CustomField", "name"), ("crm.List", "name"),
    ("crm.MailTemplate", "name"), ("crm.Program", "name"), ("crm.Program", "brand"), ("crm.Segment", "name"),
    ("crm.Tag", "name"), ("tenancy.Group", "name"),
)  # fmt: skip
SHORTEST_MENTION = 3  # letters of a handle that means somebody behind an @
SHORTEST_ID = 7  # characters of a number that stands for one thing alone


@dataclass(frozen=True)
class Traces:
    """The rows about somebody by their model, and what finds them in texts: nothing where no word is sure to."""

    subjects: dict[str, list[int]]
    sought: Sought


def traces_of(influencer: Influencer) -> Traces:
    """The traces of an influencer of the organization in scope."""
    with groups_scope(None):
        return Traces(dict(subjects_of(influencer)), _sought(influencer))


def forget_event_texts(subjects: dict[str, list[int]]) -> int:
    """Delete names and texts from the events about these rows; that something happened stays. Returns how many."""
    gone = 0
    for label, ids in subjects.items():
        texts = EventText.objects.filter(event__object_type=label, event__object_id__in=ids)
        gone += texts.delete()[0]
    return gone


def subjects_of(influencer: Influencer) -> Iterator[tuple[str, list[int]]]:
    """The rows about an influencer of the organization in scope: the names of models as events have them, and ids."""
    creators = Creator.objects.filter(account__influencer=influencer)
    yield Creator._meta.label_lower, list(creators.values_list("pk", flat=True))
    for model in organization_models():
        if not issubclass(model, Entry):
            ids = rows_about(model, influencer).values_list("pk", flat=True)
            yield model._meta.label_lower, list(ids)
    yield Influencer._meta.label_lower, [influencer.pk]


def _sought(influencer: Influencer) -> Sought:
    accounts = SocialAccount.objects.filter(influencer=influencer)
    creators = Creator.objects.filter(account__in=accounts)
    on_tiktok = {
        *creators.values_list("disputed_handle", flat=True),
        *FormerHandle.objects.filter(creator__in=creators).values_list("handle", flat=True),
        *influencer.awaited_accounts.values_list("handle", flat=True),
    } - {""}
    owned = {
        *accounts.values_list("network", "handle"),
        *((Network.TIKTOK.value, handle) for handle in on_tiktok),
    }
    ids = {influencer.phone, *creators.values_list("tiktok_creator_id", flat=True), *_published(accounts)}  # fmt: skip
    telling = {each for each in ids if len(each) >= SHORTEST_ID and re.search(r"\d", each)}
    names = _own_names(influencer, set(creators.values_list("display_name", flat=True)))
    words = {*names, *_own_addresses(influencer), *telling}
    mentions = _own_mentions(influencer, {handle for _, handle in owned})
    profiles = [[network, handle] for network, handle in owned if _names_a_profile(network, handle)]
    return Sought(sorted(words), sorted(mentions), sorted(profiles))


def _names_a_profile(network: str, handle: str) -> bool:
    """Not where the network has a page of its own at that address."""
    spelling = SPELLINGS[Network(network)]
    pages = {each.split("/")[1] for each in spelling.short if "/" in each}
    return handle not in spelling.without | spelling.before | pages


def _own_mentions(influencer: Influencer, handles: set[str]) -> set[str]:
    """The handles that mean this person alone: no account of somebody else, and no word of the organization."""
    telling = {h for h in handles if len(h) >= SHORTEST_MENTION and re.search(r"[^\W\d]", h)}
    others = SocialAccount.objects.exclude(influencer=influencer).filter(handle__in=telling)
    own = telling - set(others.values_list("handle", flat=True))
    if not own:
        return own
    words = {re.sub(r"\W", "", word) for word in _vocabulary()}
    return {handle for handle in own if re.sub(r"\W", "", handle) not in words}


def _vocabulary() -> set[str]:
    """The names that the organization gave to what is its own, in small letters."""
    found = {Organization.objects.get(pk=required_organization_id()).name}
    for label, column in VOCABULARY:
        model: Any = apps.get_model(label)
        found.update(model.objects.values_list(column, flat=True).distinct())
    return {word.lower() for word in found}


def _published(accounts: models.QuerySet[SocialAccount]) -> Iterable[str]:
    """The numbers by which networks know the posts that stand in campaigns."""
    ids = [*accounts.values_list("posts__network_post_id", "network_posts__network_post_id")]
    return {each for pair in ids for each in pair if each}


def _own_names(influencer: Influencer, shown: set[str]) -> set[str]:
    """The names that mean this person alone here: two words at least, that nobody and nothing else is called by. What they
    call themselves on a network counts where it shares a word with the name that the organization knows them by."""
    known = set(influencer.name.lower().split())
    shown = {
        name for name in shown | {influencer.display_name} if known & set(name.lower().split())
    }
    named = {name for name in {influencer.name, *shown} if len(re.findall(r"[^\W\d_]+", name)) > 1}
    telling = {name for name in named if len(name.split()) > 1 and "deleted" not in name.lower()}
    if not telling:
        return telling
    words = _vocabulary()
    telling = {name for name in telling if not any(name.lower() in word for word in words)}
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
