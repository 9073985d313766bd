from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TikTokConfig(AppConfig):
    name = "tiktok"
    verbose_name = "TikTok"

    def ready(self) -> None:
        # They register their kinds of work, and what must go.
        from tiktok import purge  # noqa: F401, PLC0415 -- needs the models
        from tiktok.services.brands import accounts, errands  # noqa: F401, PLC0415 -- needs the models
        from tiktok.services.connect import checks  # noqa: F401, PLC0415 -- the same
        from tiktok.services.connect import errands as connecting  # noqa: F401, PLC0415 -- the same
        from tiktok.services.creators import membership, profiles, removal, videos  # noqa: F401, PLC0415 -- the same
        from tiktok.services.facts import days  # noqa: F401, PLC0415 -- the same
        from tiktok.services.legacy import purging, verifying  # noqa: F401, PLC0415 -- the same
        from tiktok.services.webhooks import deliveries  # noqa: F401, PLC0415 -- the same

        post_migrate.connect(
            create_month_partitions, sender=self, dispatch_uid="tiktok.month_partitions"
        )


def create_month_partitions(using: str = "default", plan: Any = None, **_: Any) -> None:
    """Snapshot partitions for this month, the next ones and whatever stands in the catch-all (each migrate moves them on)."""
    from tiktok.services.facts.months import prepare_months  # noqa: PLC0415 -- the same

    if plan is not None:  # `flush` sends the signal too, and changes no table
        prepare_months(using)
