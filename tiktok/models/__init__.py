from tiktok.models.accounts import Creator, MarketplaceAccount
from tiktok.models.connections import ConnectAttempt, Connection, Consent
from tiktok.models.legacy import LegacyMigration, PurgeReceipt, PurgeRun
from tiktok.models.polls import Poll
from tiktok.models.snapshots import CreatorSnapshot, VideoSnapshot
from tiktok.models.videos import Video

__all__ = [
    "ConnectAttempt",
    "Connection",
    "Consent",
    "Creator",
    "CreatorSnapshot",
    "LegacyMigration",
    "MarketplaceAccount",
    "Poll",
    "PurgeReceipt",
    "PurgeRun",
    "Video",
    "VideoSnapshot",
]
