from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

MONTHS_AHEAD = 6


class TikTokConfig(AppConfig):
    name = "tiktok"
    verbose_name = "TikTok"

    def ready(self) -> None:
        # They register their kinds of work.
        from tiktok.services.brands import accounts  # noqa: F401, PLC0415 -- needs the models
        from tiktok.services.connect import checks  # noqa: F401, PLC0415 -- the same
        from tiktok.services.creators import membership, profiles, videos  # noqa: F401, PLC0415 -- the same
        from tiktok.services.webhooks import deliveries  # noqa: F401, PLC0415 -- the same

        post_migrate.connect(
            create_month_partitions, sender=self, dispatch_uid="tiktok.month_partitions"
        )


def create_month_partitions(using: str = "default", plan: Any = None, **_: Any) -> None:
    """Snapshot partitions for this month and the next ones (each migrate moves them on)."""
    if plan is None:  # `flush` sends the signal too, and changes no table
        return
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT tiktok_create_month_partitions(current_date, %s)", [MONTHS_AHEAD])
