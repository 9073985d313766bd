"""All addresses, by audience."""

from django.contrib import admin
from django.urls import include, path

from influence import home, views

urlpatterns = [
    path("", views.front_door, name="front_door"),
    path("components/", views.components, name="components"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("o/<slug:slug>/", home.home, name="home"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
