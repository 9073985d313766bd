"""Reads of the ground floor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models.functions import Cast
from django.utils import timezone

from tenancy.addresses import domain_of
from tenancy.composed import ROW, Composed
from tenancy.models import (
    ApiKey,
    Event,
    Group,
    GroupMember,
    Invitation,
    Membership,
    Organization,
    SignOnDomain,
    SingleSignOn,
    User,
    provider_key,
)
from tenancy.models.api_key import digest
from tenancy.scope import Owner, required_organization_id


def _memberships(user_id: int) -> models.QuerySet[Membership]:
    rows = Membership.objects.filter(user_id=user_id).select_related("organization")
    return rows.order_by("organization__name")


_MEMBERSHIPS = Composed(_memberships, [ROW])


def memberships_of(user: User) -> list[Membership]:
    """The organizations a person belongs to, by name."""
    return _MEMBERSHIPS.rows(user.pk)


def membership_in(user: User, organization_id: int) -> Membership | None:
    """The membership of this person in this organization; None for a stranger."""
    found = (each for each in memberships_of(user) if each.organization_id == organization_id)
    return next(found, None)


def groups_seen(membership: Membership) -> frozenset[int] | None:
    """The groups of a member who is limited to theirs; None for one who sees all. Asked in the organization's scope."""
    if not membership.is_limited:
        return None
    mine = GroupMember.objects.filter(user_id=membership.user_id)
    return frozenset(mine.values_list("group_id", flat=True))


def members_by_name() -> list[tuple[str, User]]:
    """The members of the organization in scope who have a name, with it."""
    rows = Membership.objects.filter(organization_id=required_organization_id()).select_related(
        "user"
    )
    return sorted(
        ((row.user.name, row.user) for row in rows if row.user.name), key=lambda pair: pair[0]
    )


def has_second_factor(user: User) -> bool:
    """Does this person sign in with a second factor? Recovery codes alone are none."""
    return _second_factors().filter(user=user).exists()


def members_without_second_factor() -> int:
    """How many members of the organization in scope sign in without one."""
    members = Membership.objects.filter(organization_id=required_organization_id())
    mine = _second_factors().filter(user=models.OuterRef("user"))
    return members.exclude(models.Exists(mine)).count()


def _second_factors() -> models.QuerySet[Any]:
    return Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES)


def sign_on_provider() -> SingleSignOn | None:
    """The provider of single sign-on of the organization in scope."""
    return SingleSignOn.objects.first()


def sign_on_domains() -> models.QuerySet[SignOnDomain]:
    """The domains of the organization in scope, proven or not."""
    mine = SignOnDomain.objects.filter(organization_id=required_organization_id())
    return mine.order_by("domain")


def organization_at(email: str) -> Organization | None:
    """The organization that has proven the domain of this address to be its own."""
    proven = SignOnDomain.objects.filter(domain=domain_of(email), proven_at__isnull=False)
    found = proven.select_related("organization").first()
    return found.organization if found else None


def requires_sign_on(membership: Membership, user: User) -> bool:
    """Must this person's membership be entered by the organization's provider? Not an owner's, nor one of another domain, but
    for somebody who came by it before or has an address at its domains besides: another one does not set them free."""
    if not membership.may_be_bound:
        return False
    here = membership.organization_id
    domains = SignOnDomain.objects.filter(organization_id=here, proven_at__isnull=False)
    links = SocialAccount.objects.filter(provider=provider_key(here), user=user)
    if domains.filter(domain=domain_of(user.email)).exists() or links.exists():
        return True
    others = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    return domains.filter(domain__in={domain_of(each) for each in others}).exists()


def organization_that_requires_sign_on(user: User) -> Organization | None:
    """The organization whose provider alone signs this person in. Whom an earlier address binds its pages refuse, no sign-in."""
    ruled = {m.organization for m in memberships_of(user) if m.may_be_bound}
    found = organization_at(user.email) if ruled else None
    return found if found in ruled else None


def members_in_scope() -> models.QuerySet[Membership]:
    """The members of the organization in scope with their person, and whether they have a second factor."""
    factors = _second_factors().filter(user=models.OuterRef("user"))
    return (
        Membership.objects.filter(organization_id=required_organization_id())
        .select_related("user")
        .annotate(has_second_factor=models.Exists(factors))
    )


def groups_by_member(user_ids: Iterable[int]) -> dict[int, list[Group]]:
    """The groups of these people in the organization in scope, by name."""
    rows = GroupMember.objects.filter(user_id__in=list(user_ids)).select_related("group")
    found: dict[int, list[Group]] = {}
    for row in rows.order_by("group__name"):
        found.setdefault(row.user_id, []).append(row.group)
    return found


def open_invitations() -> models.QuerySet[Invitation]:
    """Invitations of the organization in scope that are neither accepted nor revoked, newest first; expired ones too."""
    return Invitation.objects.filter(Invitation.IS_OPEN).order_by("-pk")


def influencer_organizations(user: User) -> models.QuerySet[Organization]:
    """The organizations that know this person as an influencer, by name."""
    return Organization.objects.filter(influencer_logins__user=user).order_by("name", "pk")


# The key and the scope of its organization, for the rest of the transaction, in one statement: a list of the API takes two.
KEY_COLUMNS = ("id", "organization_id", "scopes", "last_used_at")
KEY = """
SELECT id, organization_id, scopes, last_used_at, set_config('app.organization', organization_id::text, true), set_config('app.person', '', true)
FROM tenancy_apikey
WHERE prefix = %s AND digest = %s AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > %s)
"""


def api_key_for(text: str) -> ApiKey | None:
    """The live key with this text, None for an unknown, revoked or expired one. Its other columns are read when asked for."""
    prefix, _, secret = text.partition(".")
    database: Any = connection  # of tenancy.postgresql
    with database.prepared_cursor() as cursor:
        cursor.execute(KEY, [prefix, digest(secret), timezone.now()])
        row = cursor.fetchone()
    if row is None:
        return None
    key = ApiKey.from_db(DEFAULT_DB_ALIAS, KEY_COLUMNS, row[: len(KEY_COLUMNS)])
    database.note_scope(Owner(organization_id=key.organization_id))
    return key


# PostgreSQL adds whole numbers up to a decimal one.


def api_keys() -> models.QuerySet[ApiKey]:
    """The API keys of the organization in scope, with who made them."""
    return ApiKey.objects.filter(organization_id=required_organization_id()).select_related(
        "created_by"
    )


@dataclass(frozen=True)
class Cursor:
    """How far a reader has read the stream; as it begins, before everything."""

    transaction_id: int = -1
    event_id: int = 0

    @classmethod
    def after(cls, event: Event) -> Cursor:
        """The place right behind this event."""
        return cls(event.transaction_id, event.pk)


def events_after(cursor: Cursor, limit: int) -> list[Event]:
    """The next events of the organization in scope, at most `limit`, in the order of the stream.

    Only what no open transaction can still write before: a reader that continues behind the last event it got meets each
    event exactly once, whatever the order in which the transactions commit. A transaction left open anywhere in the
    database server keeps later events waiting until it ends.
    """
    snapshot = models.Func(function="pg_current_snapshot")
    oldest_open = models.Func(
        snapshot, function="pg_snapshot_xmin", output_field=models.TextField()
    )
    is_behind = models.Q(transaction_id__gt=cursor.transaction_id) | models.Q(
        pk__gt=cursor.event_id
    )
    rows = Event.objects.filter(
        is_behind,
        transaction_id__gte=cursor.transaction_id,
        transaction_id__lt=Cast(Cast(oldest_open, models.TextField()), models.BigIntegerField()),
    )
    return list(rows.select_related("text").order_by("transaction_id", "pk")[:limit])


def events_about(*subjects: tuple[type[models.Model], Iterable[int]]) -> models.QuerySet[Event]:
    """Events about these objects of the organization in scope with who did it, newest first.

    Each subject is a model and ids of its rows. The actor is None where nobody acted or the person is gone.
    """
    about = models.Q(pk__in=[])
    for model, ids in subjects:
        about |= models.Q(object_type=model._meta.label_lower, object_id__in=list(ids))
    return Event.objects.filter(about).select_related("actor", "text").order_by("-at", "-pk")


@dataclass(frozen=True)
class EventFilter:
    """A filter of the audit log; an empty part does not narrow. Both days are included, in UTC."""

    subject: str = ""
    actor_id: int | None = None
    object_type: str = ""
    object_id: int = 0
    since: date | None = None
    until: date | None = None

    @property
    def condition(self) -> models.Q:
        wanted = models.Q()
        if self.subject:
            wanted &= models.Q(verb__startswith=f"{self.subject}.")
        if self.actor_id:
            wanted &= models.Q(actor_id=self.actor_id)
        if self.object_type:
            wanted &= models.Q(object_type=self.object_type, object_id=self.object_id)
        if self.since:
            wanted &= models.Q(at__gte=_midnight(self.since))
        if self.until and self.until < date.max:
            wanted &= models.Q(at__lt=_midnight(self.until + timedelta(days=1)))
        return wanted


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)


def events_matching(wanted: EventFilter) -> models.QuerySet[Event]:
    """Events of the organization in scope that match, newest first."""
    return Event.objects.filter(wanted.condition).order_by("-at", "-pk")


def people_in_scope() -> models.QuerySet[User]:
    """The members of the organization in scope, by name."""
    here = models.Q(memberships__organization_id=required_organization_id())
    return User.objects.filter(here).order_by("name", "email")
