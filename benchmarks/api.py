"""P5: a page of 50 of the API, against the same document by plain SQL and `json.dumps` in the same process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from benchmarks.measure import Figure, multiple_of_time, seconds_of
from benchmarks.requests import api_key, getter
from benchmarks.world import World
from tiktok.availability import POST_MATRIX, POST_UNITS
from tiktok.enums import PostTie
from tiktok.queries import NOT_YET

BAR = 3.0
Documents = list[dict[str, Any]]
Read = Callable[[psycopg.Connection[dict[str, Any]]], Documents]


def figures(world: World) -> Iterator[Figure]:
    organization_id = world.filled("large", world.rows, with_readings=True).organization_id
    key = api_key(organization_id)
    with psycopg.connect(world.place.app, row_factory=dict_row, autocommit=True) as connection:
        for name, read in READS.items():
            raw = raw_document(connection, organization_id, read)
            view = getter(f"/api/v1/{name}/", {}, key)
            if json.loads(view().content)["results"] != json.loads(raw()):
                raise AssertionError(f"{name}: the API and plain SQL tell different things")
            yield multiple_of_time(
                "P5",
                f"API {name}, page of 50",
                measured=lambda turn, view=view: seconds_of(view),  # type: ignore[misc]
                baseline=lambda turn, raw=raw: seconds_of(raw),  # type: ignore[misc]
                repeat=world.page_turns,
                bar=BAR,
            )


def raw_document(
    connection: psycopg.Connection[dict[str, Any]], organization_id: int, read: Read
) -> Callable[[], str]:
    def raw() -> str:
        with connection.transaction():
            connection.execute(
                "SELECT set_config('app.organization', %s, true)", [str(organization_id)]
            )
            return json.dumps(read(connection), default=_spelled)

    return raw


def _spelled(value: date | datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


def _influencers(connection: psycopg.Connection[dict[str, Any]]) -> Documents:
    people = connection.execute("""
        SELECT influencer.id, influencer.name, display_name, salutation, influencer.email, phone, country, influencer.language, time_zone,
               city, birthday, archived_at, influencer.created_at,
               CASE WHEN owner.id IS NULL THEN NULL
                    ELSE jsonb_build_object('id', owner.id, 'name', owner.name, 'email', owner.email) END AS owner,
               CASE WHEN "group".id IS NULL THEN NULL
                    ELSE jsonb_build_object('id', "group".id, 'key', "group".key, 'name', "group".name) END AS "group"
        FROM (SELECT * FROM crm_influencer ORDER BY sort_name, id LIMIT 50) influencer
        LEFT JOIN tenancy_user owner ON owner.id = owner_id
        LEFT JOIN tenancy_group "group" ON "group".id = group_id ORDER BY sort_name, influencer.id
    """).fetchall()
    for row in people:
        row |= {
            "rates": None,
            "custom_fields": {},
        }  # without the scope of money; there are no fields
    for name, sql in HANGING.items():
        rows = connection.execute(sql, [[row["id"] for row in people]]).fetchall()
        _nested(people, name, rows, "influencer_id")
    for row in people:
        row["other_emails"] = [each["email"] for each in row["other_emails"]]
        for each in row.pop("values"):
            row["custom_fields"][each["key"]] = each["text"]
    return people


# What hangs on the influencers of a page.
HANGING = {
    "accounts": "SELECT influencer_id, id, account_type, handle FROM crm_socialaccount WHERE influencer_id = ANY(%s) ORDER BY id",
    "other_emails": "SELECT influencer_id, email FROM crm_otheraddress WHERE influencer_id = ANY(%s) ORDER BY email",
    "tags": "SELECT influencer_id, tag.id, name FROM crm_tagging JOIN crm_tag tag ON tag.id = tag_id WHERE influencer_id = ANY(%s) ORDER BY name",
    "lists": "SELECT influencer_id, list.id, name FROM crm_listentry JOIN crm_list list ON list.id = list_id WHERE influencer_id = ANY(%s) ORDER BY name",
    "values": "SELECT influencer_id, key, kind, text, number, currency, day, value.options FROM crm_customvalue value JOIN crm_customfield field ON field.id = field_id WHERE influencer_id = ANY(%s) AND field.archived_at IS NULL ORDER BY position, field.id",
}


def _next_check(kind: str, subject: str, row: str) -> str:
    """The time at which the poll of this kind is due, as an expression."""
    return (
        f"(SELECT due_at FROM jobs_work WHERE organization_id = {row}.organization_id AND kind = '{kind}' "
        f"AND person_id IS NULL AND subject_id = {subject} AND stopped_reason = '')"
    )


def _accounts(connection: psycopg.Connection[dict[str, Any]]) -> Documents:
    profile, insights, membership = (
        _next_check(kind, "creator_id", "known") for kind in ("profile", "insights", "membership")
    )
    return connection.execute(f"""
        SELECT id, influencer, network, account_type, handle,
               CASE WHEN creator_id IS NULL THEN NULL
                    WHEN status = 'in' AND is_authenticated THEN 'authenticated_ttcm'
                    WHEN status = 'in' THEN 'not_authenticated_ttcm'
                    WHEN is_authenticated THEN 'authenticated_non_ttcm'
                    ELSE 'unsupported' END AS kind,
               is_authenticated, status AS marketplace_status,
               CASE WHEN status = 'in' OR is_authenticated THEN coalesce(profile_fetched_at, marketplace_checked_at)
                    ELSE marketplace_checked_at END AS checked_at,
               CASE WHEN status = 'in' THEN {profile} WHEN is_authenticated THEN {insights} ELSE {membership} END AS next_check_at,
               created_at
        FROM (SELECT account.*, influencer_id AS influencer, creator.marketplace_status AS status,
                     profile_fetched_at, marketplace_checked_at,
                     coalesce(grant_state IN ('active', 'expiring'), false) AS is_authenticated
              FROM (SELECT * FROM crm_socialaccount ORDER BY id DESC LIMIT 50) account
              LEFT JOIN tiktok_creator creator ON creator.id = account.creator_id) known ORDER BY id DESC
    """).fetchall()


def _orders(connection: psycopg.Connection[dict[str, Any]]) -> Documents:
    orders = connection.execute(
        "SELECT id, campaign_id AS campaign, account_id AS account, tiktok_order_id, state, state_at, problem, "
        "campaign_code, invite_link, video_count, video_limit, checked_at, "
        f"{_next_check('order', 'campaigns_order.id', 'campaigns_order')} AS next_check_at, created_at "
        "FROM campaigns_order ORDER BY id DESC LIMIT 50"
    ).fetchall()
    events = connection.execute(
        "SELECT object_id AS order_id, event.detail ->> 'state' AS state, at, text.detail ->> 'evidence' AS evidence FROM tenancy_event event LEFT JOIN tenancy_eventtext text "
        "ON text.event_id = event.id WHERE object_type = 'campaigns.order' AND object_id = ANY(%s) ORDER BY event.id",
        [[row["id"] for row in orders]],
    )
    return _nested(orders, "events", events.fetchall(), "order_id")


def _posts(connection: psycopg.Connection[dict[str, Any]]) -> Documents:
    of_order = _next_check("order", "order_id", "post")
    of_videos = _next_check("videos", "account.creator_id", "post")
    authenticated = "creator.grant_state IN ('active', 'expiring')"
    rows = connection.execute(f"""
        SELECT post.id, campaign_id AS campaign, account_id AS account, order_id AS "order", origin, post.network,
               network_post_id, post.url, review_state, post.published_at, published_since,
               video_views, likes, comments, shares, counts_source, counts_fetched_at,
               {authenticated} AS is_authenticated,
               CASE WHEN order_id IS NULL THEN counts_fetched_at
                    ELSE (SELECT checked_at FROM campaigns_order WHERE id = order_id) END AS checked_at,
               CASE WHEN order_id IS NOT NULL THEN {of_order}
                    WHEN creator.marketplace_status = 'in' OR {authenticated} THEN {of_videos} END AS next_check_at
        FROM (SELECT * FROM campaigns_post WHERE hidden_at IS NULL AND published_since IS NOT NULL ORDER BY id DESC LIMIT 50) post
        JOIN tiktok_video video ON video.id = video_id
        JOIN crm_socialaccount account ON account.id = account_id
        JOIN tiktok_creator creator ON creator.id = account.creator_id ORDER BY post.id DESC
    """).fetchall()
    return [_with_metrics(row) for row in rows]


FACTS = ("video_views", "likes", "comments", "shares", "counts_source", "counts_fetched_at", "is_authenticated")  # fmt: skip
METRICS = {
    tie: [
        {
            "key": metric.value,
            "label": metric.label,
            "unit": POST_UNITS[metric].value,
            "value": None,
            "source": None,
            "fetched_at": None,
            "flag": None,
            "availability": row[tie].availability.value,
            "reason": row[tie].reason or NOT_YET,
        }
        for metric, row in POST_MATRIX.items()
    ]
    for tie in PostTie
}


def _with_metrics(row: dict[str, Any]) -> dict[str, Any]:
    facts = {name: row.pop(name) for name in FACTS}
    tie = (
        PostTie.ORDER
        if row["order"]
        else PostTie.AUTHENTICATED
        if facts["is_authenticated"]
        else PostTie.NOT_AUTHENTICATED
    )
    found = {"source": facts["counts_source"], "fetched_at": facts["counts_fetched_at"]}
    row["metrics"] = [
        {**metric, "value": value, **found, "reason": ""}
        if (value := facts.get(str(metric["key"]))) is not None
        else metric
        for metric in METRICS[tie]
    ]
    return row


def _nested(rows: Documents, name: str, inner: Documents, key: str) -> Documents:
    """Each inner row stands in the list of the row it belongs to."""
    by_id = {row["id"]: row for row in rows}
    for row in rows:
        row[name] = []
    for row in inner:
        by_id[row.pop(key)][name].append(row)
    return rows


READS: dict[str, Read] = {
    "influencers": _influencers,
    "social-accounts": _accounts,
    "orders": _orders,
    "posts": _posts,
}
