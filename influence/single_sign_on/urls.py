"""Addresses of single sign-on."""

from django.urls import path

from influence.single_sign_on import views
from influence.single_sign_on.saml import views as saml

urlpatterns = [
    path("sso/", views.sign_on, name="single_sign_on"),
    path("sso/<slug:slug>/callback/", views.callback, name="single_sign_on_callback"),
    path("sso/<slug:slug>/saml/", saml.metadata, name="saml_metadata"),
    path("sso/<slug:slug>/saml/reply/", saml.reply, name="saml_reply"),
    path("sso/<slug:slug>/saml/finish/", saml.finish, name="saml_finish"),
    path("accounts/login/code/", views.request_code, name="account_request_login_code"),
]
