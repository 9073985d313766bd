"""The front door, the style guide, and what a load balancer asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import redis
from django import forms
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from files.services.ledger import is_replayed
from tenancy.access import public_page
from tenancy.models import User
from tenancy.queries import memberships_of

PORTAL_HOME = "/me/"


@public_page
def front_door(request: HttpRequest) -> HttpResponse:
    """Redirect to the sign-in, the only organization, a choice of several, the administration, or the influencers'
    dashboard."""
    if not isinstance(request.user, User):
        return redirect_to_login("/")
    organizations = [membership.organization for membership in memberships_of(request.user)]
    if not organizations:
        return redirect("admin:index" if request.user.is_staff else PORTAL_HOME)
    if len(organizations) == 1:
        return redirect(organizations[0])
    return render(
        request,
        "public/organizations.html",
        {"organizations": organizations, "portal_home": PORTAL_HOME},
    )


@public_page
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


def database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def migrations_are_applied() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def redis_answers() -> bool:
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2) as client:
        return bool(client.ping())


CHECKS: dict[str, Callable[[], bool]] = {
    "database": database_answers,
    "migrations": migrations_are_applied,
    "redis": redis_answers,
    "ledger": is_replayed,
}


def passes(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except (DatabaseError, redis.RedisError, OSError):
        return False


@public_page
def readyz(request: HttpRequest) -> JsonResponse:
    """Each thing this process needs, `ok` or `failed`; 503 while one fails."""
    results = {name: passes(check) for name, check in CHECKS.items()}
    return JsonResponse(
        {name: "ok" if passed else "failed" for name, passed in results.items()},
        status=200 if all(results.values()) else 503,
    )


class SpecimenForm(forms.Form):
    """One field of each kind, for the style guide."""

    name = forms.CharField(help_text="As it should appear in e-mails.")
    email = forms.EmailField(label="E-mail")
    videos = forms.IntegerField(initial=10, min_value=1, max_value=10)
    client = forms.CharField(required=False, disabled=True, initial="Northwind")
    network = forms.ChoiceField(choices=[("tiktok", "TikTok"), ("instagram", "Instagram")])
    starts_on = forms.DateField(
        required=False, widget=forms.DateInput(attrs={"type": "date"}), label="Starts on"
    )
    picture = forms.FileField(required=False)
    brief = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    dialect = forms.ChoiceField(
        choices=[("ttcm", "Creator Marketplace"), ("tto", "TikTok One")],
        widget=forms.RadioSelect,
        help_text="How this account speaks to TikTok.",
    )
    agree = forms.BooleanField(
        label="Send the invitation by e-mail", help_text="You can preview it first."
    )

    def clean(self) -> None:
        self.add_error(None, "Nothing was sent: two fields need your attention.")


def specimen_charts() -> dict[str, object]:
    today = timezone.now().date()
    days = [today - timedelta(days=n) for n in range(29, -1, -1)]
    views = [
        (day, None if 11 <= n <= 12 else 18_000 + n * 2_150 + (n * 7919) % 4100)
        for n, day in enumerate(days)
    ]
    likes = [(day, 9_000 + n * 800 + (n * 104729) % 2600) for n, day in enumerate(days)]
    curve = [(second, round(max(0.08, 0.94**second), 3)) for second in range(31)]
    peers = [(second, round(max(0.05, 0.915**second), 3)) for second in range(31)]
    return {
        "line": [{"name": "Views", "points": views}, {"name": "Likes", "points": likes}],
        "area": [
            {"name": "Followers", "points": [(d, 412_000 + n * 900) for n, d in enumerate(days)]}
        ],
        "bar": [{"name": "Posts", "points": [(day, n % 4) for n, day in enumerate(days[-12:])]}],
        "retention": [
            {"name": "@sunny.kitchen", "points": curve},
            {"name": "TikTok median", "points": peers, "benchmark": True},
        ],
        "share": [
            {"label": label, "share": share}
            for label, share in (
                ("18–24", 0.421),
                ("25–34", 0.337),
                ("35–44", 0.152),
                ("45+", 0.09),
            )
        ],
    }


SPECIMEN_PEOPLE = [
    ("Amélie Laurent", "@sunny.kitchen", 541_213, 0.0713, 6, "Marketplace", "tiktok", "Authenticated", "success"),
    ("Jonas Weber", "@jonas.lifts", 88_420, 0.0392, 3, "Marketplace", "tiktok", "Not authenticated", "neutral"),
    ("김하늘", "@haneul.daily", 1_204_877, 0.1104, 10, "Non-TTCM", "neutral", "Authenticated", "success"),
    ("Priya Raman", "@priya.paints", 12_090, None, 1, "Non-TTCM", "neutral", "Reconnect needed", "warning"),
]  # fmt: skip


@public_page
def components(request: HttpRequest) -> HttpResponse:
    """Every component in every state; shows made-up data only."""
    keys = ("name", "handle", "followers", "rate", "orders", "market", "market_kind", "access", "access_kind")  # fmt: skip
    return render(
        request,
        "public/components.html",
        {
            "form": SpecimenForm(),
            "wrong_form": SpecimenForm({"name": "Amélie", "email": "amelie@", "network": "tiktok"}),
            "people": [dict(zip(keys, row, strict=True)) for row in SPECIMEN_PEOPLE],
            "tabs": [
                {"label": "Overview", "href": request.path},
                {"label": "Influencers", "href": "#influencers", "count": 24},
                {"label": "Orders", "href": "#orders", "count": 6},
                {"label": "Published Posts", "href": "#posts", "count": 1204},
            ],
            "page": SimpleNamespace(previous_cursor=None, next_cursor="b2Zmc2V0"),
            "recently": timezone.now() - timedelta(hours=2, minutes=5),
            "charts": specimen_charts(),
        },
    )
