"""Creator consent, tokens and their ends over the wire."""

from urllib.parse import quote, urlencode

import pytest

from tests.sandbox_process import APP_ID, REDIRECT_URI, SCOPES, SECRET
from tiktok.client import Client, CreatorOAuth, errors

pytestmark = pytest.mark.contract
DAY = 86_400


def authorize_url(oauth, redirect_uri=REDIRECT_URI, scopes=SCOPES):
    return oauth.authorize_url(redirect_uri=redirect_uri, state="st&te", scopes=scopes)


def test_a_creator_who_allows_comes_back_with_code_scopes_and_state(tiktok, oauth):
    answer = tiktok.consent(authorize_url(oauth), "@Maya.Bakes")
    assert answer["state"] == "st&te"
    assert answer["scopes"] == ",".join(SCOPES)
    grant = oauth.exchange_code(answer["code"], REDIRECT_URI)
    assert grant.scopes == frozenset(SCOPES)
    assert grant.expires_in == 86_400
    assert grant.refresh_token_expires_in == 31_536_000
    info = oauth.token_info(grant.access_token)
    assert (info.open_id, info.scopes) == (grant.open_id, grant.scopes)


def test_a_code_that_is_still_url_encoded_is_decoded_once(tiktok, oauth):
    code = tiktok.consent(authorize_url(oauth), "maya.bakes")["code"]
    assert quote(code, safe="") != code
    assert oauth.exchange_code(quote(code, safe=""), REDIRECT_URI).open_id


def test_a_creator_who_denies_comes_back_with_an_error(tiktok, oauth):
    answer = tiktok.consent(authorize_url(oauth), "maya.bakes", allow=False)
    assert (answer["error"], answer["state"]) == ("access_denied", "st&te")
    assert answer["error_description"]
    assert "code" not in answer


def test_only_ticked_scopes_are_granted(tiktok, oauth):
    answer = tiktok.consent(
        authorize_url(oauth), "maya.bakes", scopes=("video.list", "never.asked")
    )
    assert oauth.exchange_code(answer["code"], REDIRECT_URI).scopes == {"video.list"}


def test_the_page_shows_the_requested_scopes_and_escapes_what_it_is_given(tiktok, oauth):
    url = authorize_url(oauth, scopes=("video.list", "<script>"))
    status, page, _ = tiktok.submit(url)
    assert status == 200
    for name in ('name="handle"', 'name="scopes" value="video.list"', 'name="decision"'):
        assert name in page
    assert "<script>" not in page
    slash = url.replace("/authorize?", "/authorize/?")
    assert tiktok.submit(slash)[0] == 200


def test_an_account_that_does_not_exist_cannot_consent(tiktok, oauth):
    form = urlencode({"handle": "nosuch", "scopes": "video.list", "decision": "allow"}).encode()
    status, page, location = tiktok.submit(authorize_url(oauth), form)
    assert (status, location) == (200, "")
    assert "TikTok knows no account nosuch" in page


@pytest.mark.parametrize(
    ("redirect_uri", "status"),
    [
        ("https://influence.example/back/", 302),
        ("http://127.0.0.1:8000/back/", 302),
        ("http://localhost:8000/back/", 302),
        ("http://influence.example/back/", 400),
        ("http://127.0.0.1.evil.example/back/", 400),
        ("javascript:alert(1)", 400),
        ("https://influence.example/back/#x", 400),
        ("", 400),
    ],
)
def test_the_browser_is_sent_to_https_or_to_this_machine_only(tiktok, oauth, redirect_uri, status):
    form = urlencode({"handle": "maya.bakes", "decision": "deny"}).encode()
    got, _, location = tiktok.submit(authorize_url(oauth, redirect_uri=redirect_uri), form)
    assert got == status
    assert location.startswith(redirect_uri) if status == 302 else location == ""


def test_a_redirect_address_keeps_its_own_query(tiktok, oauth):
    answer = tiktok.consent(authorize_url(oauth, redirect_uri="https://a.example/?x=1"), "rio.runs")
    assert answer["x"] == "1"
    assert answer["code"]


def test_a_code_works_once(tiktok, oauth):
    code = tiktok.consent(authorize_url(oauth), "maya.bakes")["code"]
    oauth.exchange_code(code, REDIRECT_URI)
    with pytest.raises(errors.AuthCodeError):
        oauth.exchange_code(code, REDIRECT_URI)


def test_a_code_dies_after_ten_minutes(tiktok, oauth):
    code = tiktok.consent(authorize_url(oauth), "maya.bakes")["code"]
    tiktok.control("clock", advance_seconds=600)
    with pytest.raises(errors.AuthCodeError):
        oauth.exchange_code(code, REDIRECT_URI)


def test_a_code_belongs_to_its_redirect_address(tiktok, oauth):
    code = tiktok.consent(authorize_url(oauth), "maya.bakes")["code"]
    with pytest.raises(errors.AuthCodeError):
        oauth.exchange_code(code, "https://other.example/")


def test_an_access_token_expires_after_a_day_and_is_refreshed(tiktok, market, oauth, connect):
    grant = connect("maya.bakes")
    tiktok.control("clock", advance_seconds=DAY)
    with pytest.raises(errors.AccessTokenExpiredError):
        market.authorized_profile(grant.access_token, grant.open_id)
    fresh = oauth.refresh(grant.refresh_token)
    assert fresh.access_token != grant.access_token
    assert fresh.refresh_token == grant.refresh_token
    assert market.authorized_profile(fresh.access_token, fresh.open_id).handle == "maya.bakes"


def test_the_refresh_deadline_counts_down_and_ends_after_a_year(tiktok, oauth, connect):
    grant = connect("maya.bakes")
    tiktok.control("clock", advance_seconds=100 * DAY)
    left = oauth.refresh(grant.refresh_token).refresh_token_expires_in
    assert 265 * DAY - 10 < left <= 265 * DAY
    tiktok.control("clock", advance_seconds=265 * DAY)
    with pytest.raises(errors.RefreshTokenError) as caught:
        oauth.refresh(grant.refresh_token)
    assert caught.value.code == 40103


def test_with_rotation_the_old_refresh_token_is_dead(tiktok, oauth, connect):
    tiktok.control("switches", rotate_refresh=True)
    grant = connect("maya.bakes")
    fresh = oauth.refresh(grant.refresh_token)
    assert fresh.refresh_token != grant.refresh_token
    with pytest.raises(errors.RefreshTokenError):
        oauth.refresh(grant.refresh_token)
    assert oauth.refresh(fresh.refresh_token).open_id == grant.open_id


def test_a_second_consent_of_the_same_account_replaces_the_first_refresh_token(oauth, connect):
    first, second = connect("maya.bakes"), connect("maya.bakes")
    assert first.open_id == second.open_id
    with pytest.raises(errors.RefreshTokenError):
        oauth.refresh(first.refresh_token)


@pytest.mark.parametrize("by", ["us", "the creator"])
def test_after_a_revocation_every_token_is_dead(tiktok, market, oauth, connect, by):
    grant = connect("maya.bakes")
    if by == "us":
        oauth.revoke(grant.access_token)
    else:
        tiktok.control("revoke", handle="maya.bakes")
    with pytest.raises(errors.AccessTokenInvalidError):
        market.authorized_profile(grant.access_token, grant.open_id)
    with pytest.raises(errors.RefreshTokenError) as caught:
        oauth.refresh(grant.refresh_token)
    assert caught.value.code == 40107


@pytest.mark.parametrize("named_by", ["handle", "open_id"])
def test_the_control_plane_expires_an_access_token(tiktok, oauth, connect, named_by):
    grant = connect("maya.bakes")
    name = {"handle": "maya.bakes", "open_id": grant.open_id}[named_by]
    tiktok.control("expire", **{named_by: name})
    with pytest.raises(errors.AccessTokenExpiredError):
        oauth.token_info(grant.access_token)
    assert oauth.refresh(grant.refresh_token).open_id == grant.open_id


def test_a_wrong_app_secret_is_a_configuration_error_that_does_not_show_it(tiktok):
    with (
        Client(base_url=tiktok.url, app_id=APP_ID, secret="not-the-" + SECRET) as client,
        pytest.raises(errors.ConfigurationError) as caught,
    ):
        CreatorOAuth(client).refresh("rft-1")
    assert SECRET not in str(caught.value)
