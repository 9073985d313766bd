"""Addresses TikTok knows. Part of the influencers' dashboard: the person is signed in."""

from django.urls import path

from tiktok import views

urlpatterns = [
    path("oauth/tiktok/", views.callback, name="tiktok_callback"),
    path("oauth/tiktok/result/", views.result, name="tiktok_connect_result"),
]
