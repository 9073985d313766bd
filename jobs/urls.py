"""Addresses of the activity page, below `/o/<slug>/`."""

from django.urls import path

from jobs import views

app_name = "jobs"
urlpatterns = [
    path("activity/", views.activity, name="activity"),
    path("activity/indicator/", views.indicator, name="indicator"),
    path("activity/<int:pk>/cancel/", views.cancel, name="cancel"),
]
