"""Shapes of what people type about campaigns and orders, by subject."""

from campaigns.forms.campaigns import (
    BriefFileForm,
    CampaignEditForm,
    CampaignForm,
    market_names,
    stored_plan,
)
from campaigns.forms.networks import NetworkPostForm, PostFactsEditForm, PostsImportForm
from campaigns.forms.orders import AddressesForm, AnswerForm, DueForm, NewDueForm, OrderForm
from campaigns.forms.participants import JoinForm, ParticipantForm, ParticipantsForm
from campaigns.forms.report import ReportCampaignsForm, ReportForm, ShareForm, stored_report
from campaigns.forms.reviews import ChangesForm, CommentForm, DraftDueForm

__all__ = [
    "AddressesForm",
    "AnswerForm",
    "BriefFileForm",
    "CampaignEditForm",
    "CampaignForm",
    "ChangesForm",
    "CommentForm",
    "DraftDueForm",
    "DueForm",
    "JoinForm",
    "NetworkPostForm",
    "NewDueForm",
    "OrderForm",
    "ParticipantForm",
    "ParticipantsForm",
    "PostFactsEditForm",
    "PostsImportForm",
    "ReportCampaignsForm",
    "ReportForm",
    "ShareForm",
    "market_names",
    "stored_plan",
    "stored_report",
]
