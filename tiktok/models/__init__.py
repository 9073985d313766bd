from tiktok.models.accounts import Creator, MarketplaceAccount
from tiktok.models.connections import ConnectAttempt, Connection, Consent
from tiktok.models.legacy import LegacyMigration, PurgeReceipt, PurgeRun
from tiktok.models.polls import Poll
from tiktok.models.snapshots import CreatorSnapshot, VideoSnapshot
from tiktok.models.videos import Video
from tiktok.models.webhooks import LinkedVideo, ServiceIncident, WebhookDelivery

__all__ = [
    "ConnectAttempt",
    "Connection",
    "Consent",
    "Creator",
    "CreatorSnapshot",
    "LegacyMigration",
    "LinkedVideo",
    "MarketplaceAccount",
    "Poll",
    "PurgeReceipt",
    "PurgeRun",
    "ServiceIncident",
    "Video",
    "VideoSnapshot",
    "WebhookDelivery",
]
