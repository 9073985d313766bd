"""The timeline of one influencer: events about them and what hangs on them, and the mail to them, newest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.core import signing
from django.db import models
from django.db.models import Q

from crm.models import Influencer, Note, SocialAccount
from crm.queries.mail import mail_to
from crm.queries.merging import merged_ids
from crm.queries.reversible import Reversal, reversals
from mail.enums import MessageState
from mail.models import Message
from tenancy.enums import Verb
from tenancy.models import Event, User
from tenancy.queries import events_about
from tiktok.models import Creator
from ui.keys import key_in

PAGE, MOST_IDS, NOTE_LENGTH = 20, 500, 200
SALT = "crm.timeline"
# Among what happened at the same moment, events stand above mail.
MAIL_STREAM, EVENT_STREAM = 0, 1
PERHAPS = ", perhaps by the mail program alone"
Ids = Callable[[Influencer], Iterable[int]]
KINDS = {
    "": "Everything",
    "mail": "Mail",
    "notes": "Notes",
    "tasks": "Tasks",
    "orders": "Orders",
    "posts": "Posts",
    "tags": "Tags",
    "consents": "Consents",
    "changes": "Changes",
}
ASKED = {Verb.INFLUENCER_ASKED_TO_CONNECT, Verb.CREATOR_ASKED_TO_JOIN}
SORTED = {
    Verb.INFLUENCER_TAGGED,
    Verb.INFLUENCER_UNTAGGED,
    Verb.INFLUENCER_LISTED,
    Verb.INFLUENCER_UNLISTED,
}
# What creators answer to the invitation to connect, and what they want to be mailed.
ANSWERED = {
    Verb.CONNECT_OPENED,
    Verb.CONNECT_DECLINED,
    Verb.CONNECT_POSTPONED,
    Verb.CONNECT_RECONSIDERED,
    Verb.CONNECT_REPORTED,
    Verb.MAIL_REFUSED,
    Verb.MAIL_WELCOMED,
}
SUBJECTS = {
    "note": "notes", "task": "tasks", "order": "orders", "post": "posts", "network_post": "posts", "mail": "mail",
    "connection": "consents", "consent": "consents", "publishing": "consents",
}  # fmt: skip
# Who did it, besides members: the creator, also where they had not signed in, and Influence by itself.
CREATOR, INFLUENCE = "creator", "influence"
WITHOUT_SIGN_IN = {
    *ANSWERED,
    Verb.APPLICATION_SUBMITTED,
    Verb.APPLICATION_ANSWERED,
    Verb.APPLICATION_WITHDRAWN,
    Verb.ORDER_PAGE_OPENED,
    Verb.ORDER_LINK_USED,
    Verb.ORDER_QUESTION_ASKED,
    Verb.ORDER_DECLINED,
    Verb.ORDER_DATE_ASKED,
    Verb.ORDER_VIDEO_NAMED,
    Verb.ORDER_REMINDERS_STOPPED,
    Verb.ORDER_REPLY_TAKEN_BACK,
    Verb.DRAFT_SUBMITTED,
    Verb.DRAFT_TAKEN_BACK,
}
TONES = {
    MessageState.SENT: "is-done",
    MessageState.FAILED: "is-failed",
    MessageState.BOUNCED: "is-failed",
}


@dataclass(frozen=True)
class Entry:
    """One thing that happened: when, what, to what, who did it, and in which words."""

    at: datetime
    stream: int
    pk: int
    title: str
    label: str = ""
    actor: User | None = None
    notes: tuple[str, ...] = ()
    tone: str = "is-done"
    merge: int | None = None  # the merge that it tells of, which may be undone
    file_import: int | None = None  # the import that it tells of, which may be rolled back
    undo: Reversal | None = None


@dataclass(frozen=True)
class Timeline:
    """A page of entries, and the cursor of those before; None where there are none."""

    entries: list[Entry]
    earlier: str | None


_sources: dict[type[models.Model], Ids] = {}


def tell_of(model: type[models.Model], ids: Ids) -> None:
    """Show events about rows of this model in the timeline of the influencer they hang on; `ids` finds the latest."""
    _sources[model] = ids


def influencer_timeline(
    influencer: Influencer, *, kind: str = "", by: str = "", cursor: str = ""
) -> Timeline:
    """A page of what happened, of one kind or of all. `by`: who did it: the id of a person, `creator`, or `influence`, which
    sends the mail. A cursor that was altered shows the first page."""
    after = _read(cursor)
    entries = _events(influencer, kind, by, after)
    if kind in {"", "mail"} and by in {"", INFLUENCE}:
        entries += _mails(influencer, after)
    entries.sort(key=lambda entry: (entry.at, entry.stream, entry.pk), reverse=True)
    shown = entries[:PAGE]
    return Timeline(shown, _write(shown[-1]) if len(entries) > PAGE else None)


def kind_of(verb: str) -> str:
    """The filter that a verb belongs to."""
    if verb in ASKED:
        return "mail"
    if verb in {*ANSWERED, Verb.CONNECT_STOPPED}:
        return "consents"
    return "tags" if verb in SORTED else SUBJECTS.get(verb.partition(".")[0], "changes")


def _done_by(influencer: Influencer, by: str) -> Q:
    """Condition on events: this person, the creator or Influence did it; for no name of these, anybody."""
    alone = Q(actor=None, verb__in=WITHOUT_SIGN_IN)
    if by == CREATOR:
        return alone | Q(actor=influencer.person_id, actor__isnull=False)
    if by == INFLUENCE:
        return Q(actor=None) & ~alone
    person = key_in(by)
    return Q(actor=person) if person else Q()


def _events(
    influencer: Influencer, kind: str, by: str, after: tuple[Any, ...] | None
) -> list[Entry]:
    rows = events_about(*_subjects(influencer)).filter(_done_by(influencer, by))
    if kind in KINDS and kind:
        rows = rows.filter(verb__in=[verb for verb in Verb if kind_of(verb) == kind])
    found = list(_before(rows, "at", EVENT_STREAM, after)[: PAGE + 1])
    written = {event.detail.get("note") for event in found if event.verb == Verb.NOTE_WRITTEN}
    texts = dict(Note.objects.filter(pk__in=written).values_list("pk", "text")) if written else {}
    undone_by = reversals(influencer, found, is_newest=after is None and not by)
    return [
        replace(_of_event(event, influencer, texts), undo=undone_by.get(event.pk))
        for event in found
    ]


def _subjects(influencer: Influencer) -> list[tuple[type[models.Model], list[int]]]:
    accounts = SocialAccount.objects.filter(influencer=influencer)
    ids = list(accounts.values_list("pk", "creator_id"))
    return [
        (Influencer, [influencer.pk, *merged_ids(influencer)]),
        (SocialAccount, [account for account, _ in ids]),
        (Creator, [creator for _, creator in ids if creator]),
        *((model, list(find(influencer))) for model, find in _sources.items()),
    ]


def _of_event(event: Event, influencer: Influencer, texts: dict[int, str]) -> Entry:
    said = texts.get(event.detail.get("note", 0), "") if event.verb == Verb.NOTE_WRITTEN else ""
    return Entry(
        at=event.at,
        stream=EVENT_STREAM,
        pk=event.pk,
        title=event.get_verb_display(),
        label="" if event.label == influencer.name else event.label,
        actor=event.actor,
        notes=(*event.notes, *([said[:NOTE_LENGTH]] if said else [])),
        merge=event.detail.get("merge") if event.verb == Verb.INFLUENCER_MERGED else None,
        file_import=event.detail.get("file_import"),
    )


def _mails(influencer: Influencer, after: tuple[Any, ...] | None) -> list[Entry]:
    rows = mail_to(influencer, MOST_IDS)
    if rows is None:
        return []
    ordered = rows.defer("html", "text").order_by("-created_at", "-pk")
    return [
        Entry(
            at=mail.created_at,
            stream=MAIL_STREAM,
            pk=mail.pk,
            title=f"E-mail {mail.get_state_display().lower()}",
            label=mail.subject,
            notes=_notes(mail),
            tone=TONES.get(MessageState(mail.state), ""),
        )
        for mail in _before(ordered, "created_at", MAIL_STREAM, after)[: PAGE + 1]
    ]


def _notes(mail: Message) -> tuple[str, ...]:
    opened = f"Opened on {mail.opened_at:%-d %B %Y}{PERHAPS}" if mail.opened_at else ""
    return tuple(note for note in (mail.reason, opened) if note)


def _before(
    rows: models.QuerySet[Any], at: str, stream: int, after: tuple[Any, ...] | None
) -> models.QuerySet[Any]:
    """Rows that come after the cursor in the order of the timeline: newest first."""
    if after is None:
        return rows
    moment, its_stream, pk = after
    same = Q(pk__lt=pk) if stream == its_stream else Q() if stream < its_stream else Q(pk__in=[])
    return rows.filter(Q(**{f"{at}__lt": moment}) | (Q(**{at: moment}) & same))


def _write(entry: Entry) -> str:
    return signing.dumps([entry.at.isoformat(), entry.stream, entry.pk], salt=SALT)


def _read(cursor: str) -> tuple[Any, ...] | None:
    try:
        at, stream, pk = signing.loads(cursor, salt=SALT) if cursor else (None, 0, 0)
    except signing.BadSignature:
        return None
    return (datetime.fromisoformat(at), stream, pk) if at else None
