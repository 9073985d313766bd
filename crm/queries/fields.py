"""Fields that influencers are filtered by, with their conditions in SQL; those of other apps are registered.

Conditions about other tables are probes: a subquery for each row that is met (`Coalesce(Subquery(…[:1]), False)`), not
EXISTS, for which PostgreSQL would read a whole table under row-level security. A field with `ids` is also gathered ahead by
its index where it finds few (`crm.queries.filters`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone

from crm.countries import COUNTRIES
from crm.enums import FieldKind, Network
from crm.models import (
    CustomField,
    CustomValue,
    Influencer,
    List,
    ListEntry,
    SocialAccount,
    Tag,
    Tagging,
)
from crm.policies.columns import CUSTOM
from crm.policies.filters import Condition, Field, Values
from crm.queries.accounts import creators_of_kind, creators_to_reconnect
from tenancy.models import Event, Group, Membership
from tenancy.scope import required_organization_id
from tiktok.enums import AccountKind
from tiktok.queries import active_consents

Rows = models.QuerySet[Any, Any]
ME = "me"
RECONNECT = "reconnect"  # beside the kinds of account: those whose permission has ended
NOBODY = Q(pk__in=[])
EVERYBODY = ~NOBODY  # an empty Q would be left out of an "or"


@dataclass(frozen=True)
class Asker:
    """The member who filters, and whether their organization shows data of TikTok itself."""

    user_id: int
    is_released: bool = True


@dataclass(frozen=True)
class Rule:
    """A field with its condition in SQL. `names`: rows with a `label` that values name at `row_path`; `ids`: the
    influencers that a condition without "or unknown" finds, by an index."""

    field: Field
    condition: Callable[[Condition, Asker], Q]
    ids: Callable[[Condition], Rows] | None = None
    names: Callable[[], Rows] | None = None
    row_path: str = "pk"


_rules: dict[str, Rule] = {}


def register_rule(rule: Rule) -> None:
    """Make a field known; once, when the app that owns it is ready."""
    _rules[rule.field.key] = rule


def rules() -> dict[str, Rule]:
    """All registered rules by their fields' keys, in the order of the menu."""
    return dict(_rules)


def probe(rows: Rows) -> Q:
    """Condition: one of these rows exists. They name the influencer by an OuterRef."""
    return Q(Coalesce(Subquery(rows.order_by().values(met=Value(True))[:1]), Value(False)))


def between(path: str, bounds: tuple[Any, Any]) -> Q:
    """Condition: the column lies between two bounds, both included; None is no bound. Nothing, if both are."""
    least, most = bounds
    if least is None and most is None:
        return NOBODY
    return Q(
        **{
            f"{path}__{side}": value
            for side, value in (("gte", least), ("lte", most))
            if value is not None
        }
    )


def moments(condition: Condition) -> tuple[datetime | None, datetime | None]:
    """A range of days as moments: from the first second of the one, until the last of the other, in UTC."""
    least, most = condition.days(timezone.now().astimezone(UTC).date())
    return (
        datetime.combine(least, time(), UTC) if least else None,
        datetime.combine(most, time(), UTC) + timedelta(days=1, microseconds=-1) if most else None,
    )


def _bounds(condition: Condition) -> tuple[Any, Any]:
    return moments(condition) if condition.field.values == Values.DAY else condition.numbers()


def column(path: str, *, absent: Any = None) -> Callable[[Condition, Asker], Q]:
    """The condition on a column of the influencer. `absent`: the value that says that nothing is known."""

    def compiled(condition: Condition, _: Asker) -> Q:
        if condition.field.values.is_range:
            found = between(path, _bounds(condition))
        else:
            found = Q(**{f"{path}__in": condition.values})
        return found | Q(**{path: absent}) if condition.or_unknown else found

    return compiled


def _ids_by_column(path: str) -> Callable[[Condition], Rows]:
    return lambda condition: Influencer.objects.filter(between(path, _bounds(condition))).values(
        "pk"
    )


def hung(
    model: Callable[[], Rows], path: str, influencer: str = "influencer"
) -> tuple[Callable[[Condition, Asker], Q], Callable[[Condition], Rows]]:
    """The condition that a row of another table hangs on the influencer, whose `path` has one of the values; and the ids."""

    def compiled(condition: Condition, _: Asker) -> Q:
        rows = model().filter(**{influencer: OuterRef("pk")})
        found = probe(rows.filter(**{f"{path}__in": condition.values}))
        return found | ~probe(rows) if condition.or_unknown else found

    def ids(condition: Condition) -> Rows:
        return model().filter(**{f"{path}__in": condition.values}).values(f"{influencer}__id")

    return compiled, ids


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


def _active(condition: Condition, _: Asker) -> Q:
    events = Event.objects.filter(object_type="crm.influencer", object_id=OuterRef("pk"))
    found = probe(events.filter(between("at", moments(condition))))
    return found | ~probe(events) if condition.or_unknown else found


def consents_ending(condition: Condition) -> Rows:
    """The consents in force whose connection ends within the days of a condition on `grant`."""
    return active_consents().filter(between("connection__refresh_expires_at", moments(condition)))


def _grant(condition: Condition, _: Asker) -> Q:
    of_influencer = {"creator__account__influencer": OuterRef("pk")}
    found = probe(consents_ending(condition).filter(**of_influencer))
    if condition.or_unknown:
        found |= ~probe(active_consents().filter(**of_influencer))
    return found


def _archived(condition: Condition, _: Asker) -> Q:
    return EVERYBODY if "any" in condition.values else Q(archived_at__isnull=False)


def register_own_rules() -> None:
    """The fields that the CRM knows itself."""
    kinds = {kind.value: str(kind.label) for kind in AccountKind if kind != AccountKind.LEGACY}
    kinds[RECONNECT] = "Reconnect needed"
    tags, tag_ids = hung(Tagging.objects.all, "tag")
    lists, list_ids = hung(ListEntry.objects.all, "list")
    networks, _ = hung(SocialAccount.objects.all, "network")
    number, day, choice = Values.NUMBER, Values.DAY, Values.CHOICE
    for rule in (
        Rule(Field("kind", "TikTok account", choice, kinds, has_unknown=False), _kind),
        Rule(Field("network", "Network", choice, dict(Network.choices)), networks),
        Rule(Field("tag", "Tag", Values.ROW), tags, tag_ids, _named(Tag, "name")),
        Rule(Field("list", "List", Values.ROW), lists, list_ids, _named(List, "name")),
        Rule(Field("group", "Group", Values.ROW), column("group"), None, _named(Group, "name")),
        Rule(Field("owner", "Owner", Values.ROW, {ME: "me"}), _owner, None, _members, "user_id"),
        Rule(Field("country", "Country", choice, COUNTRIES), column("country", absent="")),
        Rule(
            Field("language", "Language", choice, {k: str(v) for k, v in settings.LANGUAGES}),
            column("language", absent=""),
        ),
        _numbers("followers", "Followers", number, "follower_count"),
        _numbers("engagement", "Engagement rate", Values.PERCENT, "engagement_rate"),
        _numbers("views", "Average views", number, "average_views"),
        _numbers("posted", "Last post", day, "last_post_at"),
        Rule(Field("active", "Last activity", day), _active),
        Rule(Field("grant", "Permission ends", day), _grant),
        Rule(
            Field(
                "archived", "Archived", choice, {"yes": "only", "any": "also"}, has_unknown=False
            ),
            _archived,
        ),
    ):
        register_rule(rule)


def _numbers(key: str, label: str, values: Values, path: str) -> Rule:
    return Rule(Field(key, label, values), column(path), _ids_by_column(path))


def _named(model: Any, name: str) -> Callable[[], Rows]:
    return lambda: model.objects.annotate(label=models.F(name))


def _members() -> Rows:
    people = Membership.objects.filter(organization=required_organization_id())
    return people.annotate(label=Coalesce(NullIf("user__name", Value("")), "user__email"))


def custom_rules(*, sees_money: bool) -> dict[str, Rule]:
    """The rules of the organization's own fields; one query. Who may not see money cannot find it by filters either."""
    fields = CustomField.objects.filter(archived_at=None).order_by("position", "pk")
    if not sees_money:
        fields = fields.exclude(kind=FieldKind.MONEY)
    return {rule.field.key: rule for rule in map(custom_rule, fields)}


def custom_rule(custom: CustomField) -> Rule:
    """The rule of a custom field."""
    values, options = _values(custom)
    shape = Field(f"{CUSTOM}{custom.key}", custom.name, values, options)

    def compiled(condition: Condition, _: Asker) -> Q:
        rows = CustomValue.objects.filter(influencer=OuterRef("pk"), field=custom.pk)
        found = probe(rows.filter(_custom(custom.kind, condition)))
        return found | ~probe(rows) if condition.or_unknown else found

    return Rule(shape, compiled)


def _values(custom: CustomField) -> tuple[Values, Mapping[str, str]]:
    if custom.kind in {FieldKind.CHOICE, FieldKind.MULTI_CHOICE}:
        return Values.CHOICE, {option: option for option in custom.options}
    if custom.kind == FieldKind.YES_NO:
        return Values.CHOICE, {"yes": "yes", "no": "no"}
    if custom.kind == FieldKind.DATE:
        return Values.DAY, {}
    is_number = custom.kind in {FieldKind.NUMBER, FieldKind.MONEY}
    return (Values.NUMBER if is_number else Values.TEXT), {}


def _custom(kind: str, condition: Condition) -> Q:
    if kind == FieldKind.DATE:
        return between("day", condition.days(timezone.now().astimezone(UTC).date()))
    if condition.field.values == Values.NUMBER:
        return between("number", condition.numbers())
    if kind == FieldKind.MULTI_CHOICE:
        return Q(options__overlap=list(condition.values))
    if kind == FieldKind.YES_NO:
        return Q(number__in=[int(value == "yes") for value in condition.values])
    if kind == FieldKind.CHOICE:
        return Q(text__in=condition.values)
    found = NOBODY
    for value in condition.values:
        found |= Q(text__icontains=value)
    return found
