"""The fields that the CRM knows itself: of the person, of their accounts, and what hangs on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone

from crm.countries import COUNTRIES
from crm.enums import Network
from crm.models import Influencer, List, ListEntry, OtherAddress, SocialAccount, Tag, Tagging
from crm.policies.filters import Condition, Field, Values
from crm.queries.accounts import creators_of_kind, creators_to_reconnect
from crm.queries.fields import (
    EVERYBODY,
    NOBODY,
    Asker,
    Rows,
    Rule,
    between,
    bounds,
    column,
    hung,
    probe,
    register_rule,
)
from crm.queries.texts import holding, ids_by_parts, ids_by_texts, text
from tenancy.models import FormerMember, Group, Membership, User
from tenancy.queries.former_members import with_former_mark
from tenancy.scope import required_organization_id
from tiktok.enums import AccountKind
from ui.letters import by_name

ME = "me"
RECONNECT = "reconnect"  # beside the kinds of account: those whose permission has ended
KNOWN = {"known": "known"}
# Of a country, a language or a group that more have, the list is full sooner when it is walked.
OF_ONE_VALUE = 5_000


def _ids_by_column(path: str) -> Callable[[Condition], Rows]:
    return lambda condition: Influencer.objects.filter(between(path, bounds(condition))).values(
        "pk"
    )


def _ids_by_value(path: str) -> Callable[[Condition], Rows]:
    return lambda condition: Influencer.objects.filter(**{f"{path}__in": condition.values}).values(
        "pk"
    )


def _kind(condition: Condition, asker: Asker) -> Q:
    """Before the release all accounts are of one kind, and nothing is filtered."""
    if not asker.is_released:
        return EVERYBODY
    found = NOBODY
    for kind in condition.values:
        creators = creators_to_reconnect() if kind == RECONNECT else creators_of_kind(kind)
        found |= probe(creators.filter(account__influencer=OuterRef("pk")))
    return found


def _owner(condition: Condition, asker: Asker) -> Q:
    ids = [asker.user_id if value == ME else int(value) for value in condition.values]
    found = Q(owner__in=ids)
    return found | Q(owner=None) if condition.or_unknown else found


def _birthday(condition: Condition, _: Asker) -> Q:
    found = between("birthday", condition.days(timezone.now().astimezone(UTC).date()))
    return found | Q(birthday=None) if condition.or_unknown else found


def _address(condition: Condition) -> Q:
    """The condition that an e-mail address of the influencer, of several, too, holds one of the values."""
    others = OtherAddress.objects.filter(influencer=OuterRef("pk"))
    found = text("email")(condition)
    return found | probe(others.filter(holding("email", condition.values)))


def _handle(condition: Condition) -> Q:
    """The condition that a handle of the influencer holds one of the values."""
    accounts = SocialAccount.objects.filter(influencer=OuterRef("pk"))
    found = probe(accounts.filter(holding("handle", condition.values)))
    return found | ~probe(accounts) if condition.or_unknown else found


def _is_known(path: str) -> Callable[[Condition, Asker], Q]:
    """The condition that a text of the influencer is there, or that it is not."""

    def compiled(condition: Condition, _: Asker) -> Q:
        known = ~Q(**{path: ""}) if condition.values else NOBODY
        return known | Q(**{path: ""}) if condition.or_unknown else known

    return compiled


def _archived(condition: Condition, _: Asker) -> Q:
    return EVERYBODY if "any" in condition.values else Q(archived_at__isnull=False)


def register_person_rules() -> None:
    """The fields that the CRM knows itself."""
    kinds = {kind.value: str(kind.label) for kind in AccountKind if kind != AccountKind.LEGACY}
    kinds[RECONNECT] = "Reconnect needed"
    tags, tag_ids = hung(Tagging.objects.all, "tag")
    lists, list_ids = hung(ListEntry.objects.all, "list")
    networks, _ = hung(SocialAccount.objects.all, "network")
    languages = by_name({code: str(name) for code, name in settings.LANGUAGES})
    number, day, choice = Values.NUMBER, Values.DAY, Values.CHOICE
    for rule in (
        Rule(Field("kind", "TikTok account", choice, kinds, has_unknown=False), _kind),
        Rule(Field("network", "Network", choice, dict(Network.choices)), networks),
        _text("name", "Name", text("name"), ids_by_parts, has_unknown=False),
        _text("handle", "Handle", _handle, ids_by_parts),
        Rule(Field("tag", "Tag", Values.ROW), tags, tag_ids, _named(Tag, "name")),
        Rule(Field("list", "List", Values.ROW), lists, list_ids, _named(List, "name")),
        _valued("group", "Group", Values.ROW, names=_named(Group, "name")),
        Rule(Field("owner", "Owner", Values.ROW, {ME: "me"}), _owner, None, _members),
        _valued("country", "Country", choice, COUNTRIES, absent=""),
        _valued("language", "Language", choice, languages, absent=""),
        _text("display", "Display name", text("display_name"), ids_by_parts),
        _text("salutation", "Salutation", text("salutation"), ids_by_texts("salutation")),
        _text("city", "City", text("city"), ids_by_texts("city")),
        _text("zone", "Time zone", text("time_zone"), ids_by_texts("time_zone")),
        Rule(Field("email", "E-mail", choice, KNOWN), _is_known("email")),
        _text("address", "E-mail address", _address, ids_by_parts),
        Rule(Field("phone", "Phone", choice, KNOWN), _is_known("phone")),
        Rule(Field("birthday", "Birthday", day), _birthday),
        Rule(Field("added", "Added", day, has_unknown=False), column("created_at")),
        _numbers("followers", "Followers", number, "follower_count"),
        _numbers("growth", "Followers in 30 days", Values.PERCENT, "follower_growth"),
        _numbers("likes", "Likes", number, "like_count"),
        _numbers("videos", "Videos", number, "video_count"),
        _numbers("engagement", "Engagement rate", Values.PERCENT, "engagement_rate"),
        _numbers("views", "Average views", number, "average_views"),
        _numbers("posted", "Last post", day, "last_post_at"),
        _numbers("updated", "Updated", day, "synced_at"),
        _numbers("active", "Last activity", day, "last_activity_at"),
        _numbers("grant", "Permission ends", day, "grant_ends_at"),
        Rule(
            Field(
                "archived", "Archived", choice, {"yes": "only", "any": "also"}, has_unknown=False
            ),
            _archived,
        ),
    ):
        register_rule(rule)


def _numbers(key: str, label: str, values: Values, path: str) -> Rule:
    return Rule(Field(key, label, values), column(path), _ids_by_column(path), column=path)


def _text(
    key: str,
    label: str,
    holds: Callable[[Condition], Q],
    ids: Callable[[Condition], Rows | None],
    *,
    has_unknown: bool = True,
) -> Rule:
    """A text of which a part is told. `ids`: those who may hold one, or None."""

    def gathered(condition: Condition) -> Rows | None:
        held = ids(condition)
        return None if held is None else held.filter(holds(condition)).values("pk")

    def compiled(condition: Condition, _: Asker) -> Q:
        return holds(condition)

    return Rule(Field(key, label, Values.TEXT, has_unknown=has_unknown), compiled, gathered)


def _valued(
    key: str,
    label: str,
    values: Values,
    options: Mapping[str, str] | None = None,
    *,
    absent: Any = None,
    names: Callable[[], Rows] | None = None,
) -> Rule:
    """A column of the influencer that many share."""
    return Rule(
        Field(key, label, values, options or {}),
        column(key, absent=absent),
        _ids_by_value(key),
        names,
        most=OF_ONE_VALUE,
        column=key,
    )


def _named(model: Any, name: str) -> Callable[[], Rows]:
    return lambda: model.objects.annotate(label=models.F(name))


def _members() -> Rows:
    """The members, and those former ones who are somebody's owner still."""
    members = Membership.objects.filter(organization=required_organization_id())
    owned = Influencer.objects.filter(owner=OuterRef("user"))
    former = FormerMember.objects.filter(probe(owned))
    people = User.objects.filter(Q(pk__in=members.values("user")) | Q(pk__in=former.values("user")))
    name = Coalesce(NullIf("name", Value("")), "email", output_field=models.TextField())
    return people.annotate(label=with_former_mark(name, "pk"))
