from campaigns.models.campaigns import BriefFile, Campaign, Participant
from campaigns.models.captions import PlaceWord, PostWord
from campaigns.models.legacy_imports import LegacyRemark
from campaigns.models.migration import MigrationPlan
from campaigns.models.orders import Order, OrderReply, OrderRequest, OrderTemplate
from campaigns.models.places import (
    OTHER_NETWORKS,
    POST_NUMBERS,
    NetworkPost,
    PostPlace,
    PostReading,
)
from campaigns.models.posts import Post, PostLayout
from campaigns.models.publications import Publication
from campaigns.models.report import Report, ReportCampaign
from campaigns.models.results import NUMBERS, CampaignDay, CampaignResult
from campaigns.models.reviews import Review, ReviewComment, ReviewVersion
from campaigns.models.spark import SparkPermission

__all__ = [
    "NUMBERS",
    "OTHER_NETWORKS",
    "POST_NUMBERS",
    "BriefFile",
    "Campaign",
    "CampaignDay",
    "CampaignResult",
    "LegacyRemark",
    "MigrationPlan",
    "NetworkPost",
    "Order",
    "OrderReply",
    "OrderRequest",
    "OrderTemplate",
    "Participant",
    "PlaceWord",
    "Post",
    "PostLayout",
    "PostPlace",
    "PostReading",
    "PostWord",
    "Publication",
    "Report",
    "ReportCampaign",
    "Review",
    "ReviewComment",
    "ReviewVersion",
    "SparkPermission",
]
