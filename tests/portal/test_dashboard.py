"""The influencers' dashboard, through its pages and the sandbox's consent page."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from crm.models import Influencer
from crm.services.influencers import open_dashboard
from tenancy.models import Membership, Organization, User
from tenancy.scope import organization_scope
from tests.connecting import a_person, an_organization
from tests.mailing import sent_mail
from tests.sandbox_process import PUBLIC_URL
from tiktok.models import ConnectAttempt, Connection, Creator
from tiktok.queries.consents import CONSENT_VERSION

pytestmark = pytest.mark.django_db
READ = {"text": CONSENT_VERSION}


@pytest.fixture
def elm() -> Organization:
    return an_organization("Elm")


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text(response) -> str:
    """The text that a reader sees of a page's main part, on one line."""
    html = response.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).strip()


def connect(client: Client, tiktok, slug: str, handle: str, query: str = "", **choices):
    """Press the button, play the creator at TikTok, come back; the page it ends on."""
    there = client.post(reverse("portal:connect", args=[slug]) + query, READ)
    assert there.status_code == 302, text(there)
    answer = tiktok.consent(there["Location"], handle, **choices)
    return client.get(reverse("tiktok_callback"), answer, follow=True)


# --- connecting --------------------------------------------------------------------------------------------------
def test_an_influencer_signs_in_connects_tiktok_and_sees_what_the_brand_sees(
    tiktok, oak, maya
) -> None:
    client = signed_in(maya)
    before = client.get(reverse("portal:home"))
    assert "No TikTok account yet" in text(before)

    done = connect(client, tiktok, "oak", "maya.bakes")

    assert done.redirect_chain == [(reverse("tiktok_connect_result"), 302)]
    assert "@maya.bakes is connected" in text(done)
    home = text(client.get(reverse("portal:home")))
    assert re.search(r"@maya.bakes Connected Asks again [^,]+, by TikTok Shared with Oak ", home)
    sharing = text(client.get(reverse("portal:sharing")))
    assert "@maya.bakes Connected Updated just now . Next update in 23 hours ." in sharing
    seen = text(client.get(reverse("portal:organization", args=["oak"])))
    assert "Followers 184.2K TikTok, authorized · just now" in seen.replace("&#x27;", "'")
    assert "Audience countries GB 73.3" in seen
    assert "Audience genders Male 51.5 % Female 48.5" in seen
    assert "Audience locales TikTok has not reported this yet." in seen
    assert "Videos with numbers — None updated yet." in seen


def test_what_a_marketplace_would_give_is_not_put_to_the_creator_as_staffs_errand(
    tiktok, oak, maya
) -> None:
    client = signed_in(maya)
    connect(client, tiktok, "oak", "tom_trails")
    seen = text(client.get(reverse("portal:organization", args=["oak"])))
    assert "Creator rate — TikTok gives this only for creators in its marketplace." in seen
    assert "Invite the account" not in seen


def test_the_consent_says_what_how_long_and_how_to_stop(oak, maya) -> None:
    page = text(signed_in(maya).get(reverse("portal:connect", args=["oak"])))
    for sentence in ("What Oak will see", "How long", "How to leave", "Consent text of 2026-12"):
        assert sentence in page


def test_the_browser_may_follow_the_form_to_tiktok_and_nowhere_else(oak, maya, settings) -> None:
    response = signed_in(maya).get(reverse("portal:connect", args=["oak"]))
    policy = response["Content-Security-Policy"]
    assert f"form-action 'self' {settings.TIKTOK_AUTHORIZE_URL}" in policy
    other = signed_in(maya).get(reverse("portal:home"))["Content-Security-Policy"]
    assert settings.TIKTOK_AUTHORIZE_URL not in other


def test_the_way_back_is_the_registered_address(tiktok, oak, maya) -> None:
    there = signed_in(maya).post(reverse("portal:connect", args=["oak"]), READ)
    assert there["Location"].startswith(f"{tiktok.url}/v2/auth/authorize?client_key=")
    assert (
        f"{PUBLIC_URL}/oauth/tiktok/".replace(":", "%3A").replace("/", "%2F") in there["Location"]
    )


def test_saying_no_at_tiktok_ends_on_a_friendly_page(tiktok, oak, maya) -> None:
    done = connect(signed_in(maya), tiktok, "oak", "maya.bakes", allow=False)
    assert done.status_code == 200
    assert (
        "Nothing was connected You left TikTok's page without agreeing. Oak sees nothing"
        in text(done)
    )
    assert not Connection.objects.exists()


def test_withholding_a_permission_says_which(tiktok, oak, maya) -> None:
    client = signed_in(maya)
    done = connect(client, tiktok, "oak", "maya.bakes", scopes=("biz.creator.info", "video.list"))
    assert "Not granted: your audience." in text(done)
    assert "Permission incomplete" not in text(client.get(reverse("portal:home")))


def test_an_answer_that_is_not_believed_is_refused_with_a_reason_and_a_way_on(
    tiktok, oak, maya
) -> None:
    there = signed_in(maya).post(reverse("portal:connect", args=["oak"]), READ)
    answer = tiktok.consent(there["Location"], "maya.bakes")

    other_browser = signed_in(maya).get(reverse("tiktok_callback"), answer)
    assert other_browser.status_code == 400
    assert "started in another browser" in text(other_browser)
    assert "Try again" in text(other_browser)
    hostile = signed_in(maya).get(
        reverse("tiktok_callback"), {"state": "x", "error": "<script>alert(1)</script>"}
    )
    assert hostile.status_code == 400
    assert b"alert(1)" not in hostile.content
    assert not Connection.objects.exists()


def test_the_page_after_the_trip_carries_no_code_in_its_address(tiktok, oak, maya) -> None:
    done = connect(signed_in(maya), tiktok, "oak", "maya.bakes")
    assert done.request["QUERY_STRING"] == ""


def test_an_organization_without_its_own_tiktok_says_so_before_the_trip(maya) -> None:
    bare = Organization.objects.create(name="Bare", slug="bare")
    with organization_scope(bare):
        open_dashboard(Influencer(name="Maya"), maya)
    response = signed_in(maya).post(reverse("portal:connect", args=["bare"]), READ)
    assert response.status_code == 409
    assert "Bare has not set up TikTok here yet" in text(response)
    assert not ConnectAttempt.objects.exists()


def test_reconnecting_an_account_takes_no_other_one(tiktok, oak, maya) -> None:
    client = signed_in(maya)
    connect(client, tiktok, "oak", "maya.bakes")
    tiktok.control("revoke", handle="maya.bakes")

    wrong = connect(client, tiktok, "oak", "rio.runs", "?account=maya.bakes")
    assert wrong.status_code == 400
    assert "@maya.bakes was asked for" in text(wrong)
    right = connect(client, tiktok, "oak", "maya.bakes", "?account=maya.bakes")
    assert "@maya.bakes is connected" in text(right)


def test_an_e_mailed_code_opens_the_dashboard(oak, maya) -> None:
    client = Client()
    door = client.get(reverse("portal:home"))
    assert door["Location"] == "/accounts/login/?next=/me/"
    client.post("/accounts/login/code/?next=/me/", {"email": maya.email, "next": "/me/"})
    code = re.search(r"^\s*([A-Z0-9]{4,}(?:-[A-Z0-9]+)*)\s*$", sent_mail()[0].body, re.MULTILINE)[1]
    page = client.post("/accounts/login/code/confirm/", {"code": code}, follow=True)
    assert page.redirect_chain[-1][0] == "/me/"
    assert "No orders yet" in text(page)
    assert "Oak" in text(client.get(reverse("portal:sharing")))


# --- letting go --------------------------------------------------------------------------------------------------
def test_disconnecting_takes_the_account_from_every_brand(tiktok, oak, elm, maya) -> None:
    client = signed_in(maya)
    connect(client, tiktok, "oak", "maya.bakes")
    with organization_scope(elm):
        open_dashboard(Influencer(name="Maya"), maya)
    connect(client, tiktok, "elm", "maya.bakes")
    connection = Connection.objects.get()
    page = text(client.get(reverse("portal:home")))
    assert "Shared with Elm, Oak " in page

    for _ in range(2):  # a double click
        gone = client.post(reverse("portal:disconnect", args=[connection.pk]), follow=True)
        assert gone.redirect_chain == [(reverse("portal:home"), 302)]

    assert "Ended You disconnected it. Shared with No brand sees it." in text(gone)
    page = text(client.get(reverse("portal:sharing")))
    assert page.count("@maya.bakes Not connected") == 2
    connection.refresh_from_db()
    assert connection.state == "revoked"


def test_withdrawing_one_brand_leaves_the_other(tiktok, oak, elm, maya) -> None:
    client = signed_in(maya)
    connect(client, tiktok, "oak", "maya.bakes")
    with organization_scope(elm):
        open_dashboard(Influencer(name="Maya"), maya)
    connect(client, tiktok, "elm", "maya.bakes")
    with organization_scope(oak):
        creator = Creator.objects.get()

    for _ in range(2):
        client.post(reverse("portal:withdraw", args=["oak", creator.pk]))

    assert "Shared with Elm " in text(client.get(reverse("portal:home")))
    page = text(client.get(reverse("portal:sharing")))
    assert page.count("@maya.bakes Not connected") == 1
    oaks = text(client.get(reverse("portal:organization", args=["oak"])))
    assert "private numbers are not shared" in oaks
    assert "Audience countries" not in oaks


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (50000, "TikTok could not be reached, so nothing was saved. Please try again in a minute."),
        (40100, "TikTok's request limit is reached. Please try again in 5 minutes."),
    ],
)
def test_when_tiktok_is_away_or_busy_disconnecting_says_which_and_changes_nothing(
    tiktok, oak, maya, code, why
) -> None:
    client = signed_in(maya)
    connect(client, tiktok, "oak", "maya.bakes")
    tiktok.control("fail", times=9, path="revoke", code=code)
    connection = Connection.objects.get()
    response = client.post(reverse("portal:disconnect", args=[connection.pk]), follow=True)
    assert [str(message) for message in response.context["messages"]] == [
        f"@maya.bakes is still connected; nothing has changed here. {why}"
    ]
    connection.refresh_from_db()
    assert connection.is_live


# --- who sees what -----------------------------------------------------------------------------------------------
def test_when_tiktok_refuses_to_end_the_permission_the_other_ways_out_are_named(
    tiktok, oak, maya
) -> None:
    client = signed_in(maya)
    connect(client, tiktok, "oak", "maya.bakes")
    tiktok.control("fail", times=9, path="/tt_user/oauth2/revoke/", code=40002)
    connection = Connection.objects.get()

    page = client.post(reverse("portal:disconnect", args=[connection.pk]), follow=True)

    assert "Stop sharing with each brand here" in page.content.decode()
    connection.refresh_from_db()
    assert connection.is_live


def test_a_person_without_an_invitation_gets_a_friendly_page(db) -> None:
    nobody = User.objects.create_user("nobody@example.com")
    page = text(signed_in(nobody).get(reverse("portal:home")))
    assert "No brand has invited you yet" in page
    assert "nobody@example.com" in page


@pytest.fixture
def addresses(tiktok, oak, maya) -> list[tuple[str, str]]:
    connect(signed_in(maya), tiktok, "oak", "maya.bakes")
    with organization_scope(oak):
        creator = Creator.objects.get()
    return [
        ("get", reverse("portal:organization", args=["oak"])),
        ("get", reverse("portal:connect", args=["oak"])),
        ("post", reverse("portal:connect", args=["oak"])),
        ("post", reverse("portal:withdraw", args=["oak", creator.pk])),
        ("post", reverse("portal:disconnect", args=[Connection.objects.get().pk])),
    ]


def test_nobody_without_a_sign_in_gets_past_the_door(addresses) -> None:
    paths = [*addresses, ("get", reverse("portal:home")), ("get", reverse("tiktok_callback"))]
    for method, path in paths:
        response = getattr(Client(), method)(path)
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize("who", ["influencer of another brand", "owner of the brand", "stranger"])
def test_what_is_somebody_elses_answers_as_if_it_were_not_there(addresses, elm, oak, who) -> None:
    other = a_person("eve@example.com", *([elm] if who.startswith("influencer") else []))
    if who.startswith("owner"):
        Membership.objects.create(organization=oak, user=other, role="owner")
    for method, path in addresses:
        assert getattr(signed_in(other), method)(path).status_code == 404, path
    page = signed_in(other).get(reverse("portal:home")).content.decode()
    assert "maya" not in page
    assert not re.search(r"\bOak\b", page)
    assert Connection.objects.get().is_live


def test_another_influencer_of_the_same_brand_sees_only_their_own(addresses, oak) -> None:
    rio = signed_in(a_person("rio@example.com", oak))
    for path in (
        reverse("portal:home"),
        reverse("portal:sharing"),
        reverse("portal:organization", args=["oak"]),
    ):
        assert "maya" not in rio.get(path).content.decode()
    for method, path in addresses[3:]:
        assert getattr(rio, method)(path).status_code == 404
    assert rio.get(addresses[1][1] + "?account=maya.bakes").status_code == 404


def test_a_row_that_no_longer_names_the_person_shows_them_nothing(addresses, oak, maya) -> None:
    with organization_scope(oak):
        Influencer.objects.filter(person=maya).update(person=None)
    client = signed_in(maya)
    assert client.get(reverse("portal:organization", args=["oak"])).status_code == 404
    for page in ("home", "sharing"):
        assert not re.search(r"\bOak\b", text(client.get(reverse(f"portal:{page}"))))


def test_no_token_and_no_secret_stands_on_any_page(addresses, maya, settings) -> None:
    connection = Connection.objects.get()
    client = signed_in(maya)
    secrets = [
        connection.open_access_token(),
        connection.open_refresh_token(),
        connection.sealed_access_token,
        connection.open_id,
        settings.TIKTOK_APP_SECRET,
    ]
    for path in (
        reverse("portal:home"),
        reverse("portal:sharing"),
        reverse("portal:organization", args=["oak"]),
    ):
        page = client.get(path).content.decode()
        assert [secret for secret in secrets if secret in page] == []


HOME_QUERIES = 12  # and five more for each further organization of the person


@pytest.mark.parametrize("accounts", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_accounts(
    tiktok, oak, maya, accounts, django_assert_num_queries
) -> None:
    client = signed_in(maya)
    for handle in ("maya.bakes", "rio.runs", "lena.lifts")[:accounts]:
        connect(client, tiktok, "oak", handle)
    with django_assert_num_queries(HOME_QUERIES):
        client.get(reverse("portal:home"))
