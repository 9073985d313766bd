"""The influencers' dashboard."""

from django.urls import path

from portal import views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("openings/", views.openings, name="openings"),
    path("organizations/<slug:slug>/", views.organization, name="organization"),
    path("organizations/<slug:slug>/connect/", views.connect, name="connect"),
    path(
        "organizations/<slug:slug>/accounts/<int:creator_id>/withdraw/",
        views.withdraw,
        name="withdraw",
    ),
    path(
        "connections/<int:connection_id>/disconnect/",
        views.disconnect_account,
        name="disconnect",
    ),
]
