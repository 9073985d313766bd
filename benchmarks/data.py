"""Invented organizations of any size, filled by COPY past policies and triggers; the same numbers give the same rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

FIRST = """
Ada Bea Cato Dara Elio Fenja Gero Hanna Imre Joana Kalle Liv Milo Nora Odin Pia Quin Rosa Sten Tilda Ugo Vera Wim Xenia
Yara Zeno Anouk Bruno Clio Dag Esra Finn Greta Hugo Inês Jón Kaja Lou Maël Noé
"""
LAST = """
Abend Birke Corvo Dahl Eich Falk Grün Hain Ilic Jansen Kern Lark Mond Nabe Oster Pohl Quast Rabe Sturm Tanne Ufer Vogt
Wald Xander Yilmaz Zorn Ahorn Brandt Castell Drossel Elster Fink Gerste Hafer Igel Juli Kiesel Linde Mohn Nuss
"""
FIRST_NAMES, LAST_NAMES = FIRST.split(), LAST.split()
COUNTRIES = ("DE", "FR", "GB", "US", "BR", "JP", "NL", "SE")
STATUSES = ("in", "in", "in", "not_in", "invited", "unknown", "in", "invalid")
ORDER_STATES = ("sent", "accepted", "posting", "in_review", "fulfilled", "fulfilled", "rejected")
NOW = datetime.now(UTC).replace(hour=6, minute=0, second=0, microsecond=0)
ROWS_PER_CAMPAIGN = 100
# Every seven hours from its publication on a post is read: 120 times, for one is 35 days old on the average.
READINGS = """
INSERT INTO tiktok_videosnapshot (
    organization_id, video_id, source, bucket_at, fetched_at, video_views, likes, comments, shares
)
SELECT organization_id, id, source, date_trunc('hour', at), at, (video_views * share)::bigint, (likes * share)::int,
    (comments * share)::int, (shares * share)::int
FROM tiktok_video, generate_series(published_at, %(now)s, interval '7 hours') at,
    LATERAL (SELECT extract(epoch FROM at - published_at) / extract(epoch FROM %(now)s - published_at + interval '1 hour') AS share) grown
WHERE id < %(ends)s AND organization_id = %(organization)s
"""
FIRST_FREE = """
SELECT greatest(
    (SELECT max(id) FROM tiktok_video), (SELECT max(id) FROM tiktok_creator), (SELECT max(id) FROM crm_influencer),
    (SELECT max(id) FROM tenancy_event), 0
) + 1
"""

# What the triggers would write.
WORDS = (
    """INSERT INTO crm_searchword (organization_id, influencer_id, word)
    SELECT organization_id, id, word FROM crm_influencer, crm_words(name || ' ' || display_name || ' ' || email) AS word
    WHERE organization_id = %(organization)s""",
    """INSERT INTO crm_searchword (organization_id, influencer_id, account_id, word)
    SELECT organization_id, influencer_id, id, word FROM crm_socialaccount, crm_words(handle) AS word
    WHERE organization_id = %(organization)s""",
    """INSERT INTO crm_searchpart (organization_id, influencer_id, word)
    SELECT person.organization_id, person.id, part
    FROM crm_influencer AS person JOIN crm_socialaccount AS account ON account.influencer_id = person.id
    CROSS JOIN LATERAL (
        SELECT part FROM crm_parts(name || ' ' || display_name || ' ' || email) AS part UNION SELECT part FROM crm_parts(handle) AS part
    ) AS parts WHERE person.organization_id = %(organization)s""",
    """INSERT INTO crm_bioword (organization_id, influencer_id, account_id, word)
    SELECT account.organization_id, influencer_id, account.id, word
    FROM crm_socialaccount AS account JOIN tiktok_creator AS creator ON creator.id = creator_id,
        crm_text_words(bio) AS word WHERE account.organization_id = %(organization)s""",
    """INSERT INTO crm_noteword (organization_id, influencer_id, note_id, word)
    SELECT organization_id, influencer_id, id, word FROM crm_note, crm_text_words(text) AS word
    WHERE organization_id = %(organization)s""",
    """INSERT INTO campaigns_postword (organization_id, post_id, word)
    SELECT post.organization_id, post.id, word FROM campaigns_post AS post JOIN tiktok_video AS video ON video.id = video_id,
        campaigns_caption_words(caption) AS word WHERE post.organization_id = %(organization)s""",
)


class Table(NamedTuple):
    """Rows for a table; `columns` separated by blanks."""

    name: str
    columns: str
    rows: Iterable[tuple[Any, ...]]


@dataclass(frozen=True)
class Filled:
    """An organization with `size` each of influencers, accounts, orders and posts. Ids run on from `first` in every table.

    Four of five accounts are on TikTok, a third of these authenticated. Half of all orders and posts stand in the
    first campaign, the others a hundred to a campaign.
    """

    organization_id: int
    size: int
    first: int
    person_id: int

    @cached_property
    def tiktok(self) -> range:
        """Ids of the TikTok accounts and of their creators, which are the same."""
        return range(self.first, self.first + max(1, self.size * 4 // 5))

    @property
    def videos(self) -> range:
        return range(self.first, self.first + self.size)

    @property
    def campaigns(self) -> range:
        return range(self.first, self.first + 1 + max(1, self.size // 2 // ROWS_PER_CAMPAIGN))

    def campaign_of(self, n: int) -> int:
        others = len(self.campaigns) - 1
        return self.first if n % 2 else self.first + 1 + n // 2 % others

    def published_at(self, n: int) -> datetime:
        """All within a campaign's window."""
        return NOW - timedelta(seconds=n * 6_000_000 // self.size)

    def caption_of(self, n: int) -> str:
        """Ten words: some of all posts, one of each fortieth, wherever it is, and a hashtag of each fortieth in time."""
        season = n * 40 // self.size
        return (
            f"Clip {n}: how we bake Brot{LAST_NAMES[n * 3 % 40].lower()} at home #season{season:02}"
        )

    def account_of(self, n: int) -> int:
        return self.tiktok[n % len(self.tiktok)]


def fill(admin_url: str, organization_id: int, size: int, *, person_id: int) -> Filled:
    """Fill an empty organization, and let PostgreSQL know what is in its tables."""
    with psycopg.connect(admin_url) as connection:
        row = connection.execute(FIRST_FREE).fetchone()
        assert row is not None
        filled = Filled(organization_id, size, row[0], person_id)
        connection.execute("SET session_replication_role = replica")  # the rows fit together
        for table in tables(filled):
            copy(connection, table)
            follow_ids(connection, table)
        for statement in WORDS:
            connection.execute(statement, {"organization": organization_id})
        connection.execute("SELECT tenancy_recount()")  # of all organizations: no policy binds us
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    return filled


def fill_readings(admin_url: str, filled: Filled, posts: int) -> None:
    """Let so many posts have been read, 120 times each on the average."""
    values = {"organization": filled.organization_id, "ends": filled.first + posts, "now": NOW}
    with psycopg.connect(admin_url, autocommit=True) as connection:
        for days in (30, 60, 90):
            connection.execute("SELECT tiktok_prepare_month(%s)", [NOW - timedelta(days=days)])
        # Their posts say what the last one says.
        connection.execute("SET session_replication_role = replica")
        connection.execute(READINGS, values)
        connection.execute("VACUUM ANALYZE tiktok_videosnapshot")


def copy(connection: psycopg.Connection[Any], table: Table) -> None:
    """Load the rows as they are."""
    names = sql.SQL(", ").join(map(sql.Identifier, table.columns.split()))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), names)
    with connection.cursor() as cursor, cursor.copy(statement) as stream:
        for row in table.rows:
            stream.write_row(row)


def follow_ids(connection: psycopg.Connection[Any], table: Table) -> None:
    """Rows made later get ids behind these."""
    if "id" in table.columns.split():
        last = sql.SQL("SELECT setval(pg_get_serial_sequence({}, 'id'), max(id)) FROM {}")
        connection.execute(last.format(table.name, sql.Identifier(table.name)))


def tables(to: Filled) -> Iterator[Table]:
    """Table, columns and rows, in the order in which they refer to each other."""
    yield from _people(to)
    yield from _grants(to)
    yield from _campaigns(to)
    yield from _orders(to)
    yield from _posts(to)
    yield from _polls(to)


def name_of(n: int) -> str:
    return f"{FIRST_NAMES[n * 7 % 40]} {LAST_NAMES[n // 40 * 11 % 40]} {n // 1600 or ''}".strip()


def bio_of(n: int) -> str:
    """Five words about one of forty subjects; one in 40 says a given one."""
    return f"Brot{LAST_NAMES[n * 3 % 40].lower()} and cakes every day"


def city_of(n: int) -> str:
    """One of 400 cities for most people, none for one in five; one in 4,000 lives in Berlin."""
    return "Berlin" if n % 4_000 == 77 else f"City {n % 400}" if n % 5 else ""


def scattered(n: int, among: int) -> int:
    """One of so many, which does not follow the name: those with the same one stand all over the list."""
    return (n + n // 40 + n // 1600) % among


def status_of(n: int) -> str:
    return STATUSES[scattered(n, 8)]


def _people(to: Filled) -> Iterator[Table]:
    owner, first, size = to.organization_id, to.first, to.size
    yield Table(
        "crm_influencer",
        "id organization_id name email country city language created_at last_activity_at follower_count like_count "
        "video_count average_views engagement_rate follower_growth last_post_at synced_at grant_ends_at",
        (
            (first + n, owner, name, mail, COUNTRIES[n % 8], city_of(n), "en", NOW, _ago(n), *_numbers(n, n < len(to.tiktok)))
            for n in range(size)
            for name, mail in [(name_of(n), f"creator{n}@people.example")]
        ),
    )  # fmt: skip
    yield from _marks(to)
    yield Table(
        "tiktok_creator",
        "id organization_id handle tiktok_creator_id marketplace_status invite_refusal display_name profile_image bio "
        "country follower_count like_count video_count average_views engagement_rate creator_rate_currency "
        "profile_source profile_fetched_at created_at grant_state grant_ends_at",
        (
            (
                first + n, owner, f"creator{n}", f"7{owner:05}{n:09}", status_of(n), "", name_of(n), "", bio_of(n),
                COUNTRIES[n % 8], n * 37 % 900_000, n * 91, n % 400, n * 3.5, 0.04, "", "ttcm_public", NOW, NOW,
                *(("", None) if n % 3 else ("active", NOW + timedelta(days=n * 7 % 365))),
            )
            for n in range(len(to.tiktok))
        ),
    )  # fmt: skip
    yield Table(
        "crm_socialaccount",
        "id organization_id influencer_id network account_type handle creator_id created_at",
        (
            (pk, owner, pk, "tiktok", "tiktok_creator", f"creator{n}", pk, NOW)
            if pk in to.tiktok
            else (pk, owner, pk, "instagram", "instagram", f"creator{n}", None, NOW)
            for n, pk in enumerate(range(first, first + size))
        ),
    )
    yield Table(
        "crm_note",
        "id organization_id influencer_id text is_pinned created_at",
        (
            (
                pk,
                owner,
                pk,
                f"Likes Tee{LAST_NAMES[n % 40].lower()} and answers within {n % 90} days",
                False,
                NOW,
            )
            for n, pk in enumerate(range(first, first + size, 4))
        ),
    )


def _ago(n: int) -> datetime:
    return NOW - timedelta(hours=n * 37 % 9000)


def _numbers(n: int, is_on_tiktok: bool) -> tuple[Any, ...]:
    """The numbers that triggers keep with an influencer: those of the account on TikTok."""
    if not is_on_tiktok:
        return (None,) * 9
    ends = None if n % 3 else NOW + timedelta(days=n * 7 % 365)
    growth = n % 500 / 1000
    return (
        n * 37 % 900_000,
        n * 91,
        n % 400,
        n * 3.5,
        0.04,
        growth,
        _ago(n * 3),
        _ago(n * 5),
        ends,
    )


def _marks(to: Filled) -> Iterator[Table]:
    """One of forty tags for every other influencer, and a rate for every third."""
    owner, people = to.organization_id, range(to.first, to.first + to.size)
    yield Table(
        "crm_tag",
        "id organization_id name color created_at",
        ((pk, owner, f"Tag {n}", "green", NOW) for n, pk in enumerate(people[:40])),
    )
    yield Table(
        "crm_tagging",
        "id organization_id influencer_id tag_id created_at",
        ((pk, owner, pk, to.first + scattered(n, 40), NOW) for n, pk in enumerate(people[::2])),
    )
    yield Table(
        "crm_rate",
        "id organization_id influencer_id network kind amount currency",
        (
            (pk, owner, pk, "tiktok", "video", 100 + n * 37 % 5000, ("USD", "EUR")[scattered(n, 2)])
            for n, pk in enumerate(people[::3])
        ),
    )


def _grants(to: Filled) -> Iterator[Table]:
    authenticated = to.tiktok[::3]
    yield Table(
        "tiktok_connection",
        "id person_id open_id handle scopes state state_reason connected_at access_expires_at refresh_expires_at "
        "version sealing_id sealed_access_token sealed_refresh_token",
        (
            (
                pk, to.person_id, f"open-{pk}", f"creator{pk}", [], "active", "", NOW, NOW + timedelta(days=1),
                NOW + timedelta(days=365), 1, f"00000000-0000-4000-8000-{pk:012}", "", "",
            )
            for pk in authenticated
        ),
    )  # fmt: skip
    yield Table(
        "tiktok_consent",
        "id organization_id creator_id connection_id text_version granted_at",
        ((pk, to.organization_id, pk, pk, "1", NOW) for pk in authenticated),
    )


def _campaigns(to: Filled) -> Iterator[Table]:
    owner, begins, ends = (
        to.organization_id,
        (NOW - timedelta(days=90)).date(),
        (NOW + timedelta(days=30)).date(),
    )
    yield Table(
        "campaigns_campaign",
        "id organization_id client name starts_on ends_on state token created_at",
        (
            (
                pk,
                owner,
                LAST_NAMES[n % 40],
                f"{FIRST_NAMES[n % 40]} in season {n}",
                begins,
                ends,
                "active",
                "",
                NOW,
            )
            for n, pk in enumerate(to.campaigns)
        ),
    )
    yield Table(
        "campaigns_participant",
        "organization_id campaign_id account_id added_at",
        (
            (owner, campaign, account, NOW)
            for campaign, account in sorted(
                {(to.campaign_of(n), to.account_of(n)) for n in range(to.size)}
            )
        ),
    )
    yield Table(
        "campaigns_orderrequest",
        "id organization_id campaign_id brand_name description video_count state problem campaign_code invite_link "
        "token reference tiktok_campaign_id created_at",
        (
            (pk, owner, pk, "Brand", "A video", 10, "done", "", "", "", "", "", "", NOW)
            for pk in to.campaigns
        ),
    )  # fmt: skip


def _orders(to: Filled) -> Iterator[Table]:
    owner, first = to.organization_id, to.first
    yield Table(
        "campaigns_order",
        "id organization_id request_id campaign_id account_id tiktok_order_id campaign_code invite_link video_limit "
        "video_count state state_at problem created_at",
        (
            (
                first + n, owner, campaign, campaign, to.account_of(n), f"{first + n}", f"code{n}", "", 10, 1,
                ORDER_STATES[n % 7], NOW, "", NOW,
            )
            for n in range(to.size)
            for campaign in [to.campaign_of(n)]
        ),
    )  # fmt: skip
    yield Table(
        "tenancy_event",
        "id organization_id at verb object_type object_id detail",
        (
            (first + n, owner, NOW, "order.sent", "campaigns.order", first + n, '{"state": "sent"}')
            for n in range(to.size)
        ),
    )
    yield Table(
        "tenancy_eventtext",
        "event_id organization_id label detail",
        ((first + n, owner, "", '{"evidence": "TikTok sent the invite."}') for n in range(to.size)),
    )


def _posts(to: Filled) -> Iterator[Table]:
    owner, first = to.organization_id, to.first
    yield Table(
        "tiktok_video",
        "id organization_id creator_id tiktok_video_id source published_at caption url embed_url thumbnail_url "
        "video_views likes comments shares counts_source counts_fetched_at",
        (
            (
                first + n, owner, to.account_of(n), f"74{n:014}", "ttcm_public", to.published_at(n),
                to.caption_of(n), f"https://www.tiktok.com/@creator{n}/video/74{n:014}", "", "", n * 13 % 1_000_000, n % 9_000,
                n % 500, n % 300, "ttcm_public", NOW,
            )
            for n in range(to.size)
        ),
    )  # fmt: skip
    yield Table(
        "campaigns_post",
        "id organization_id campaign_id account_id network network_post_id url video_id origin order_id review_state "
        "review_reason published_at published_since asked_count created_at",
        (
            (
                first + n, owner, to.campaign_of(n), to.account_of(n), "tiktok", f"74{n:014}",
                f"https://www.tiktok.com/@creator{n}/video/74{n:014}", first + n, *(
                    ("order", first + n) if n % 2 else ("by_hand", None)
                ),
                "", "", to.published_at(n), NOW, 0, NOW,
            )
            for n in range(to.size)
        ),
    )  # fmt: skip


def _polls(to: Filled) -> Iterator[Table]:
    """Polls of accounts and of open orders, due tomorrow, so that no scenario's worker does them."""
    yield Table(
        "jobs_work",
        "kind organization_id subject_id due_at attempts lost_leases postponed_reason stopped_reason last_finished_at",
        (
            (kind, to.organization_id, pk, _tomorrow(n, to.size), 0, 0, "", "", NOW)
            for kind, n, pk in _polled(to)
        ),
    )


def _tomorrow(n: int, size: int) -> datetime:
    return NOW + timedelta(days=1, seconds=n * 86_400 // size)


def _polled(to: Filled) -> Iterator[tuple[str, int, int]]:
    """Kinds of polls as the product plans them, each with the place and the id of its subject."""
    for n, pk in enumerate(to.tiktok):
        is_in, is_authenticated = status_of(n) == "in", n % 3 == 0
        if is_in:
            yield "profile", n, pk
        if is_authenticated:
            yield "insights", n, pk
        yield "videos" if is_in or is_authenticated else "membership", n, pk
    for n in range(to.size):
        if ORDER_STATES[n % 7] not in {"fulfilled", "rejected"}:
            yield "order", n, to.first + n
