"""A member's own alerts, newest first, and how many are unread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import QuerySet

from alerts.enums import AlertKind
from alerts.models import Alert
from alerts.queries.lines import Line, lines_of
from tenancy.models import Membership, User
from ui.paging import KeysetPage, keyset_page

MOST_COUNTED = 99
PAGE_SIZE = 30


@dataclass(frozen=True)
class Asked:
    """The alerts that the address of the page asks for."""

    kind: str = ""
    is_unread: bool = False

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Asked:
        """The part of the address that is known; the rest is left out."""
        kind = given.get("kind", "")
        return cls(kind if kind in AlertKind.values else "", given.get("show") == "unread")

    @property
    def query(self) -> str:
        """The same as a part of an address."""
        values = {"kind": self.kind, "show": "unread" if self.is_unread else ""}
        return urlencode({name: value for name, value in values.items() if value})


def own_alerts(person: User) -> QuerySet[Alert]:
    """The member's alerts."""
    return Alert.objects.filter(person=person)


def unread_count(person: User) -> int:
    """How many of the member's alerts are unread; of very many one more than `MOST_COUNTED`."""
    return own_alerts(person).filter(read_at=None)[: MOST_COUNTED + 1].count()


def alerts_page(member: Membership, asked: Asked, cursor: str | None) -> KeysetPage[Line]:
    """A page of the member's alerts in words."""
    rows = own_alerts(member.user)
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.is_unread:
        rows = rows.filter(read_at=None)
    page = keyset_page(rows, "-id", cursor=cursor, size=PAGE_SIZE)
    lines = {
        line.alert.pk: line
        for line in lines_of([alert.pk for alert in page.rows], member.organization.slug)
    }
    return page.of(lambda alert: lines[alert.pk])
