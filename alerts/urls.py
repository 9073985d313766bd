"""Addresses of alerts, below `/o/<slug>/`."""

from django.urls import path

from alerts.views import alerts, preferences

app_name = "alerts"
urlpatterns = [
    path("alerts/", alerts.alerts_list, name="list"),
    path("alerts/count/", alerts.count, name="count"),
    path("alerts/read/", alerts.mark_all, name="mark_all"),
    path("alerts/<int:pk>/", alerts.follow, name="follow"),
    path("alerts/<int:pk>/read/", alerts.mark, name="mark"),
    path("settings/notifications/", preferences.notifications, name="settings"),
]
