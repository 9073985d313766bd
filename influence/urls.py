"""All addresses, by audience."""

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.contrib import admin
from django.urls import include, path, re_path

from influence import home, palette, views
from influence.metrics import metrics
from jobs.urls import own_pages as own_jobs
from mail.urls import staff_pages as mail_pages
from mail.views.addresses import AddressesView
from portal.passkeys import for_members_only
from tiktok.urls import settings_pages
from tiktok.views.redirects import leads_to
from ui.languages import in_own_language

urlpatterns = [
    path("", views.front_door, name="front_door"),
    path("components/", views.components, name="components"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("o/<slug:slug>/", home.home, name="home"),
    path("o/<slug:slug>/search/", palette.palette, name="palette"),
    path("o/<slug:slug>/search/recent/", palette.recently_opened, name="recently_opened"),
    path("o/<slug:slug>/", include("files.urls")),
    path("o/<slug:slug>/", include("jobs.urls")),
    path("o/<slug:slug>/", include("crm.urls")),
    path("o/<slug:slug>/", include("campaigns.urls")),
    path("o/<slug:slug>/", include("alerts.urls")),
    path("o/<slug:slug>/settings/", include("influence.organization.urls")),
    path("o/<slug:slug>/settings/tiktok/", include(settings_pages)),
    path("o/<slug:slug>/", include(mail_pages)),
    path("api/", include("api.urls")),
    path("", include("mail.urls")),
    path("", include("public.urls")),
    path("", include("tiktok.urls")),
    path("", include(own_jobs)),
    path("me/", include("portal.urls")),
    path("", include("influence.single_sign_on.urls")),
    # Pages on which creators sign in and out, in their language; the others of allauth are for members, in English.
    path("accounts/login/", in_own_language(account.login), name="account_login"),
    path(
        "accounts/login/code/confirm/",
        # Whoever signs in to agree goes straight on to TikTok.
        leads_to("TIKTOK_AUTHORIZE_URL")(in_own_language(account.confirm_login_code)),
        name="account_confirm_login_code",
    ),
    # Not allauth.urls: its pages of social accounts let people link what no organization vouches for.
    path("accounts/logout/", in_own_language(account.logout), name="account_logout"),
    path("accounts/email/", in_own_language(AddressesView.as_view()), name="account_email"),
    re_path(
        r"^accounts/confirm-email/(?P<key>[-:\w]+)/$",
        in_own_language(account.confirm_email),
        name="account_confirm_email",
    ),
    path(
        "accounts/password/reset/",
        in_own_language(account.password_reset),
        name="account_reset_password",
    ),
    path(
        "accounts/password/reset/done/",
        in_own_language(account.password_reset_done),
        name="account_reset_password_done",
    ),
    path(
        "accounts/password/reset/key/done/",
        in_own_language(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        in_own_language(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/change/",
        for_members_only(account.password_change),
        name="account_change_password",
    ),
    path(
        "accounts/password/set/",
        for_members_only(account.password_set),
        name="account_set_password",
    ),
    path(
        "accounts/reauthenticate/",
        in_own_language(account.reauthenticate),
        name="account_reauthenticate",
    ),
    path(
        "accounts/2fa/authenticate/", in_own_language(factors.authenticate), name="mfa_authenticate"
    ),
    path(
        "accounts/2fa/reauthenticate/",
        in_own_language(factors.reauthenticate),
        name="mfa_reauthenticate",
    ),
    path(
        "accounts/2fa/totp/deactivate/",
        in_own_language(totp.deactivate_totp),
        name="mfa_deactivate_totp",
    ),
    path(
        "accounts/2fa/totp/activate/",
        for_members_only(totp.activate_totp),
        name="mfa_activate_totp",
    ),
    path(
        "accounts/2fa/recovery-codes/",
        for_members_only(recovery_codes.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "accounts/2fa/webauthn/", for_members_only(webauthn.list_webauthn), name="mfa_list_webauthn"
    ),
    path(
        "accounts/2fa/webauthn/add/",
        for_members_only(webauthn.add_webauthn),
        name="mfa_add_webauthn",
    ),
    path("accounts/2fa/", for_members_only(factors.index), name="mfa_index"),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "api.errors.bad_request"
handler404 = "api.errors.not_found"
handler500 = "api.errors.server_error"
