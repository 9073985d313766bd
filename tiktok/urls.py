"""Addresses TikTok knows: where it sends creators back to (the person is signed in), and where it posts its news."""

from django.urls import path

from tiktok import views

urlpatterns = [
    path("oauth/tiktok/", views.callback, name="tiktok_callback"),
    path("oauth/tiktok/result/", views.result, name="tiktok_connect_result"),
    path("hooks/tiktok/", views.subscription_hook, name="tiktok_hook"),
    path("hooks/tiktok/login-kit/", views.login_kit_hook, name="tiktok_login_kit_hook"),
]
