"""Addresses of the activity page, below `/o/<slug>/`."""

from django.urls import path

from jobs import views

app_name = "jobs"
own_pages = [path("me/jobs/<int:job_pk>/", views.own_page, name="own_job")]
urlpatterns = [
    path("activity/", views.activity, name="activity"),
    path("activity/indicator/", views.indicator, name="indicator"),
    path("activity/<int:pk>/", views.follow_page, name="follow"),
    path("activity/<int:pk>/cancel/", views.cancel, name="cancel"),
]
