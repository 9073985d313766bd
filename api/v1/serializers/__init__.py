"""The API's documents."""

from api.v1.serializers.influencers import (
    InfluencerSerializer,
    SocialAccountSerializer,
)
from api.v1.serializers.metrics import AccountMetricsSerializer
from api.v1.serializers.network_posts import NetworkPostSerializer
from api.v1.serializers.orders import CampaignSerializer, OrderEventSerializer, OrderSerializer
from api.v1.serializers.posts import PostSerializer, tie_of
from api.v1.serializers.snapshots import AccountSnapshotSerializer, PostSnapshotSerializer

__all__ = [
    "AccountMetricsSerializer",
    "AccountSnapshotSerializer",
    "CampaignSerializer",
    "InfluencerSerializer",
    "NetworkPostSerializer",
    "OrderEventSerializer",
    "OrderSerializer",
    "PostSerializer",
    "PostSnapshotSerializer",
    "SocialAccountSerializer",
    "tie_of",
]
