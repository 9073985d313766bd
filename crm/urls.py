"""Addresses of the CRM, below `/o/<slug>/`."""

from django.urls import path

from crm.views import adding, listing, profile

app_name = "crm"
ACCOUNT = "influencers/<int:pk>/accounts/<int:account_pk>/"
urlpatterns = [
    path("influencers/", listing.influencers, name="influencers"),
    path("influencers/add/", adding.add_account, name="add_account"),
    path("influencers/add/invite/", adding.invite_handle, name="invite_handle"),
    path("influencers/add/ask/", adding.ask_handle, name="ask_handle"),
    path("influencers/invite/", listing.invite_selected, name="invite_selected"),
    path("influencers/<int:pk>/", profile.influencer, name="influencer"),
    path("influencers/<int:pk>/edit/", profile.edit_influencer, name="edit_influencer"),
    path(f"{ACCOUNT}refresh/", profile.refresh_account, name="refresh_account"),
    path(f"{ACCOUNT}invite/", profile.invite_account, name="invite_account"),
    path(f"{ACCOUNT}ask/", profile.ask_account, name="ask_account"),
]
