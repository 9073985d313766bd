"""Pages for whoever holds a link."""

from django.urls import path

from public import views

urlpatterns = [
    path("u/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("join/<str:token>/", views.join, name="join"),
]
