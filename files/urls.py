"""Addresses of stored files, below `/o/<slug>/`."""

from django.urls import path

from files import views

urlpatterns = [
    path("files/<uuid:file_key>/", views.download, name="file"),
    path("files/<uuid:file_key>/picture/", views.picture, name="file_picture"),
]
