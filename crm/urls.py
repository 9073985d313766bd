"""Addresses of the CRM, below `/o/<slug>/`."""

from django.urls import path

from crm.views import accounts, connections, influencers, invitations

app_name = "crm"
ACCOUNT = "influencers/<int:pk>/accounts/<int:account_pk>/"
urlpatterns = [
    path("influencers/", influencers.influencers, name="influencers"),
    path("influencers/add/", accounts.add_account, name="add_account"),
    path("influencers/add/invite/", invitations.invite_handle, name="invite_handle"),
    path("influencers/add/ask/", connections.ask_handle, name="ask_handle"),
    path("influencers/invite/", invitations.invite_selected, name="invite_selected"),
    path("influencers/ask/", connections.ask_selected, name="ask_selected"),
    path("influencers/<int:pk>/", influencers.influencer, name="influencer"),
    path("influencers/<int:pk>/edit/", influencers.edit_influencer, name="edit_influencer"),
    path(f"{ACCOUNT}refresh/", accounts.refresh_account, name="refresh_account"),
    path(f"{ACCOUNT}invite/", invitations.invite_account, name="invite_account"),
    path(f"{ACCOUNT}ask/", connections.ask_account, name="ask_account"),
]
