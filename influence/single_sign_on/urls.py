"""Addresses of single sign-on."""

from django.urls import path

from influence.single_sign_on import views

urlpatterns = [
    path("sso/", views.sign_on, name="single_sign_on"),
    path("sso/<slug:slug>/callback/", views.callback, name="single_sign_on_callback"),
    path("accounts/login/code/", views.request_code, name="account_request_login_code"),
]
