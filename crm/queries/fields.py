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
from crm.enums import Network
from crm.models import Influencer, List, ListEntry, OtherAddress, SocialAccount, Tag, Tagging
from crm.policies.filters import Condition, Field, Values
from crm.queries.accounts import creators_of_kind, creators_to_reconnect
from crm.queries.search import GATHERED
from crm.queries.texts import holding, ids_by_parts, ids_by_texts, text
from tenancy.models import FormerMember, Group, Membership, User
from tenancy.queries.former_members import with_former_mark
from tenancy.scope import required_organization_id
from tiktok.enums import AccountKind
from ui.letters import by_name

Rows = models.QuerySet[Any, Any]
Asked = Callable[[Condition], models.Q]  # of rows that hang on an influencer
ME = "me"
RECONNECT = "reconnect"  # beside the kinds of account: those whose permission has ended
KNOWN = {"known": "known"}
NOBODY = Q(pk__in=[])
# Of a country, a language or a group that more have, the list is full sooner when it is walked.
OF_ONE_VALUE = 5_000
# So few are found and gathered in some milliseconds.
FEW = 1_000
EVERYBODY = ~NOBODY  # an empty Q would be left out of an "or"


@dataclass(frozen=True)
class Asker:
    """The member who filters, and whether their organization shows data of TikTok itself."""

    user_id: int
    is_released: bool = True


@dataclass(frozen=True)
class Rule:
    """A field with its condition in SQL. `names`: rows with a `label` that values name at `row_path`; `ids`: the
    influencers that a condition without "or unknown" finds, by an index, gathered where there are no more than `most`, or
    None where no index can tell; `few` are gathered whatever else stands there; `column`: that of the influencer which is compared, if it is one; `is_money`: for
    those alone who may see it."""

    field: Field
    condition: Callable[[Condition, Asker], Q]
    ids: Callable[[Condition], Rows | None] | None = None
    names: Callable[[], Rows] | None = None
    row_path: str = "pk"
    most: int = GATHERED
    few: int = FEW
    column: str = ""
    is_money: bool = False


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


def _ids_by_value(path: str) -> Callable[[Condition], Rows]:
    return lambda condition: Influencer.objects.filter(**{f"{path}__in": condition.values}).values(
        "pk"
    )


def hung(
    model: Callable[[], Rows], path: str | Asked, influencer: str = "influencer"
) -> tuple[Callable[[Condition, Asker], Q], Callable[[Condition], Rows]]:
    """The condition that a row of another table hangs on the influencer, whose `path` has one of the values; and the ids."""

    def wanted(condition: Condition) -> Q:
        return path(condition) if callable(path) else Q(**{f"{path}__in": condition.values})

    def compiled(condition: Condition, _: Asker) -> Q:
        rows = model().filter(**{influencer: OuterRef("pk")})
        found = probe(rows.filter(wanted(condition)))
        return found | ~probe(rows) if condition.or_unknown else found

    def ids(condition: Condition) -> Rows:
        return model().filter(wanted(condition)).values(f"{influencer}__id")

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


def register_own_rules() -> None:
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
