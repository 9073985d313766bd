"""The influencers' dashboard."""

from django.urls import path

from portal.views import consents, data, home, passkeys, publishing, sharing, work

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("sharing/", sharing.sharing, name="sharing"),
    path("data/", data.my_data, name="data"),
    path("data/copy/", data.copy, name="copy"),
    path("data/copy/<int:job_pk>/", data.copy_file, name="copy_file"),
    path("data/erase/", data.erase, name="erase"),
    path("sign-in/", passkeys.sign_in, name="sign_in"),
    path("sign-in/again/", passkeys.sign_in_again, name="sign_in_again"),
    path("sign-in/<int:passkey_pk>/", passkeys.passkey, name="passkey"),
    path("openings/", sharing.openings, name="openings"),
    path("organizations/<slug:slug>/", sharing.organization, name="organization"),
    path("organizations/<slug:slug>/connect/", consents.connect, name="connect"),
    path(
        "organizations/<slug:slug>/accounts/<int:creator_id>/agree/",
        consents.agree,
        name="agree",
    ),
    path(
        "organizations/<slug:slug>/consents/<int:consent_id>/",
        consents.agreed_text,
        name="agreed_text",
    ),
    path(
        "organizations/<slug:slug>/accounts/<int:creator_id>/withdraw/",
        sharing.withdraw,
        name="withdraw",
    ),
    path(
        "organizations/<slug:slug>/orders/<int:order_pk>/publish/",
        publishing.publish,
        name="publish",
    ),
    path(
        "organizations/<slug:slug>/orders/<int:order_pk>/publish/allow/",
        publishing.allow,
        name="allow_publishing",
    ),
    path(
        "organizations/<slug:slug>/accounts/<int:creator_id>/publishing/end/",
        publishing.disallow,
        name="end_publishing",
    ),
    path("organizations/<slug:slug>/contracts/<int:contract_pk>/", work.contract, name="contract"),
    path(
        "organizations/<slug:slug>/contracts/<int:contract_pk>/file/",
        work.contract_file,
        name="contract_file",
    ),
    path(
        "organizations/<slug:slug>/contracts/<int:contract_pk>/answer/",
        work.answer_contract,
        name="answer_contract",
    ),
    path("organizations/<slug:slug>/posts/<int:pk>/", work.post, name="post"),
    path("organizations/<slug:slug>/posts/<int:pk>/link/", work.link_request, name="link_request"),
    path(
        "connections/<int:connection_id>/disconnect/",
        sharing.disconnect_account,
        name="disconnect",
    ),
]
