from tiktok.models.accounts import AccountHolder, Creator, FormerHandle, MarketplaceAccount
from tiktok.models.connections import (
    ConnectAttempt,
    Connection,
    Consent,
    ConsentPurpose,
    PublishingConsent,
)
from tiktok.models.legacy import LegacyMigration, LegacyProfile, PurgeReceipt, PurgeRun
from tiktok.models.memberships import CreatorMembership
from tiktok.models.snapshots import (
    CREATOR_DETAILS,
    CREATOR_NUMBERS,
    VIDEO_DETAILS,
    VIDEO_NUMBERS,
    CreatorSnapshot,
    VideoQuarter,
    VideoReading,
    VideoSnapshot,
    bits_of,
    names_of,
)
from tiktok.models.videos import Video
from tiktok.models.webhooks import LinkedVideo, ServiceIncident, WebhookDelivery

__all__ = [
    "CREATOR_DETAILS",
    "CREATOR_NUMBERS",
    "VIDEO_DETAILS",
    "VIDEO_NUMBERS",
    "AccountHolder",
    "ConnectAttempt",
    "Connection",
    "Consent",
    "ConsentPurpose",
    "Creator",
    "CreatorMembership",
    "CreatorSnapshot",
    "FormerHandle",
    "LegacyMigration",
    "LegacyProfile",
    "LinkedVideo",
    "MarketplaceAccount",
    "PublishingConsent",
    "PurgeReceipt",
    "PurgeRun",
    "ServiceIncident",
    "Video",
    "VideoQuarter",
    "VideoReading",
    "VideoSnapshot",
    "WebhookDelivery",
    "bits_of",
    "names_of",
]
