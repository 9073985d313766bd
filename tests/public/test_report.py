"""A shared report opens for whoever holds its link: this one, as it was chosen, and no longer than it may."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

import influence.settings
from campaigns.models import Report
from campaigns.services.report import SALT, read_link, report_url, revoke_link, share_report
from tenancy.enums import Role, Verb
from tenancy.models import Event, Organization, User
from tenancy.scope import organization_scope
from tests.campaigns.conftest import signed_in
from tests.campaigns.test_campaigns_pages import base, text
from tests.campaigns.test_results import roll
from tests.connecting import an_organization
from tests.factories.campaigns import a_campaign, a_participant, a_post, a_video
from tests.submitting import version

pytestmark = pytest.mark.django_db
PASSWORD = "sunlit harbour"


@pytest.fixture
def oaks(db: None) -> Organization:
    return an_organization("Oaks")


@pytest.fixture
def manager(oaks: Organization) -> Client:
    return signed_in(oaks, Role.MANAGER)


@pytest.fixture
def shared(oaks: Organization, manager: Client) -> Report:
    """A report of one post with 1,000 views and a fee of 40 EUR, shared without a password."""
    with organization_scope(oaks):
        campaign = a_campaign("Autumn bread", client="Oakmill", currency="EUR")
        account = a_participant(campaign, "maya")
        campaign.participants.update(state="agreed", fee=40)
        a_post(campaign, a_video(account, "71", caption="Three doughs"))
        roll()
        report = share_report(campaign, expires_on=None, password=None, actor=User.objects.get())
        report.campaign  # noqa: B018 -- loaded while its organization is in scope
        return report


def share(report: Report, **values: object) -> Report:
    given = {"expires_on": None, "password": None, **values}
    with organization_scope(report.organization_id):
        return share_report(report.campaign, actor=User.objects.get(), **given)  # type: ignore[arg-type]


def path(report: Report) -> str:
    return f"/{report_url(report).partition('//')[2].partition('/')[2]}"


def stored(report: Report) -> Report:
    with organization_scope(report.organization_id):
        return Report.objects.get(pk=report.pk)


def test_the_link_shows_the_report_as_it_was_chosen_without_a_cookie(shared: Report) -> None:
    anybody = Client()
    answer = anybody.get(path(shared))
    seen = text(answer)
    for words in ("Autumn bread", "Oakmill", "Maya", "Three doughs", "All 1 post", "Oaks"):
        assert words in seen, words
    for words in ("40.00", "EUR", "Cost against result</h3>", "Save report"):
        assert words not in seen, words
    assert not answer.cookies
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    with organization_scope(shared.organization_id):
        Report.objects.update(shows_money=True, blocks=["table"])
    chosen = text(anybody.get(path(shared)))
    assert "40.00" in chosen
    assert "Definitions and sources" not in chosen


def test_openings_are_counted(shared: Report) -> None:
    assert stored(shared).opened_count == 0
    person = {"user-agent": "Mozilla/5.0 (X11) Firefox/130.0"}
    Client().get(path(shared), headers=person)
    Client().head(path(shared), headers=person)
    Client().get(path(shared), headers={"user-agent": "Slackbot-LinkExpanding 1.0"})
    Client().get(path(shared), headers=person)
    found = stored(shared)
    assert found.opened_count == 2
    assert found.opened_at is not None


def test_a_revoked_link_opens_nothing_and_the_next_one_is_another(
    shared: Report, manager: Client
) -> None:
    page = base(shared.campaign)
    old = path(shared)
    assert old in text(manager.get(f"{page}report/"))
    manager.post(f"{page}report/revoke/")
    over = Client().get(old)
    assert over.status_code == 404
    assert "This link opens no report" in text(over)
    assert old not in text(manager.get(f"{page}report/"))
    manager.post(f"{page}report/share/", {})
    again = path(stored(shared))
    assert again != old
    assert Client().get(again).status_code == 200
    assert Client().get(old).status_code == 404
    with organization_scope(shared.organization_id):
        verbs = Event.objects.filter(object_type="campaigns.report").values_list("verb", flat=True)
        assert sorted(verbs) == [Verb.REPORT_LINK_REVOKED, Verb.REPORT_SHARED, Verb.REPORT_SHARED]
        revoke_link(shared.campaign, actor=User.objects.get())
        revoke_link(shared.campaign, actor=User.objects.get())
        assert Event.objects.filter(verb=Verb.REPORT_LINK_REVOKED).count() == 2


def test_it_works_to_the_end_of_its_last_day(shared: Report) -> None:
    today = timezone.now().date()
    share(shared, expires_on=today)
    assert Client().get(path(shared)).status_code == 200
    share(shared, expires_on=today - timedelta(days=1))
    assert Client().get(path(shared)).status_code == 404


def test_a_link_that_is_not_ours_and_one_of_nobody_open_nothing(shared: Report, oaks: Organization) -> None:  # fmt: skip
    token = path(shared).strip("/").removeprefix("r/")
    for other in (f"{token}x", token[1:], "nonsense"):
        assert Client().get(f"/r/{other}/").status_code == 404, other
    assert read_link(token)
    with organization_scope(oaks):
        shared.campaign.delete()
    assert Client().get(path(shared)).status_code == 404
    nobodys = signing.Signer(salt=SALT).sign_object([2**40, 1, 1])
    assert read_link(nobodys) is None


def test_a_password_is_asked_for_once_and_again_when_it_is_another(shared: Report) -> None:
    share(shared, password=PASSWORD)
    client = Client(headers={"user-agent": "Mozilla/5.0 (X11) Firefox/130.0"})
    asked = client.get(path(shared))
    assert "This report asks for a password" in text(asked)
    assert "Maya" not in text(asked)
    assert not asked.cookies
    wrong = client.post(path(shared), {"password": "sunlit"})
    assert wrong.status_code == 422
    assert not wrong.cookies
    right = client.post(path(shared), {"password": PASSWORD})
    assert right.cookies["session"]["max-age"] == "", "until the browser closes"
    assert right.status_code == 302
    assert list(right.cookies) == ["session"]
    assert "Maya" in text(client.get(path(shared)))
    assert stored(shared).opened_count == 1
    share(shared)
    assert "Maya" in text(client.get(path(shared))), "the same password still holds"
    share(shared, password="another harbour")
    assert "Maya" not in text(client.get(path(shared)))
    share(shared, password="")
    assert "Maya" in text(Client().get(path(shared)))
    assert PASSWORD not in stored(shared).password


def tried(report: Report, password: str, address: str) -> int:
    return Client(REMOTE_ADDR=address).post(path(report), {"password": password}).status_code


def test_passwords_may_not_be_tried_for_long_and_strangers_lock_nobody_out(
    shared: Report, settings
) -> None:
    settings.ACCOUNT_RATE_LIMITS = influence.settings.ACCOUNT_RATE_LIMITS
    share(shared, password=PASSWORD)
    for number in range(10):
        assert tried(shared, f"guess {number}", "203.0.113.5") == 422
    refused = Client(REMOTE_ADDR="203.0.113.5").post(path(shared), {"password": PASSWORD})
    assert refused.status_code == 429
    assert "Too many passwords were tried. Wait ten minutes" in text(refused)
    assert tried(shared, PASSWORD, "203.0.113.6") == 302, "the client is somewhere else"


def test_whoever_knows_the_password_uses_up_no_tries(shared: Report, settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"report_password": "1/h/key", "report_password_anywhere": "1/h/key"}  # fmt: skip
    share(shared, password=PASSWORD)
    assert [tried(shared, PASSWORD, "203.0.113.5") for _ in range(3)] == [302, 302, 302]
    assert tried(shared, "guess", "203.0.113.5") == 422
    assert tried(shared, PASSWORD, "203.0.113.5") == 429


def test_from_many_places_passwords_are_tried_a_few_times_a_minute(shared: Report, settings) -> None:  # fmt: skip
    settings.ACCOUNT_RATE_LIMITS = {"report_password": "9/m/key", "report_password_anywhere": "2/m/key"}  # fmt: skip
    share(shared, password=PASSWORD)
    assert [tried(shared, "guess", f"203.0.113.{n}") for n in range(3)] == [422, 422, 429]
    anywhere = influence.settings.ACCOUNT_RATE_LIMITS["report_password_anywhere"]  # type: ignore[index]
    assert anywhere.endswith("/m/key"), "over within a minute"


def test_a_page_is_not_opened_without_end(shared: Report, settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"report_page": "1/m/ip"}
    assert Client().get(path(shared)).status_code == 200
    assert Client().get(path(shared)).status_code == 429


def test_no_log_names_the_token_or_the_password(
    shared: Report, caplog: pytest.LogCaptureFixture
) -> None:
    share(shared, password=PASSWORD)
    token = path(shared).strip("/").removeprefix("r/")
    with caplog.at_level(logging.DEBUG):
        Client().get(path(shared))
        Client().post(path(shared), {"password": PASSWORD})
        Client().post(path(shared), {"password": "not it at all"})
    assert caplog.records
    for record in caplog.records:
        said = f"{record.getMessage()} {vars(record)}"
        assert token not in said, record.name
        assert PASSWORD not in said


def test_an_end_of_the_link_that_somebody_else_has_set_meanwhile_is_asked_about(
    shared: Report, manager: Client
) -> None:
    page = f"{base(shared.campaign)}report/"
    seen = version(manager.get(page), 1)
    near, far = ((timezone.now() + timedelta(days=days)).date() for days in (1, 30))
    share(shared, expires_on=near)
    given = {"expires_on": far.isoformat(), "password": PASSWORD}
    asked = manager.post(f"{page}share/", {**given, "version": seen})
    assert (asked.status_code, "Somebody else has changed this" in text(asked)) == (422, True)
    assert (stored(shared).expires_on, stored(shared).password) == (near, "")
    manager.post(
        f"{page}share/", {**given, "version": version(asked, 1), "keep_expires_on": "yours"}
    )
    assert stored(shared).expires_on == far


def test_a_form_of_the_link_that_is_wrong_changes_nothing(shared: Report, manager: Client) -> None:
    page = f"{base(shared.campaign)}report/share/"
    gone = (timezone.now() - timedelta(days=2)).date().isoformat()
    refused = manager.post(page, {"expires_on": gone, "password": "short"})
    assert refused.status_code == 422
    assert "This day is over" in text(refused)
    assert "Use at least 8 characters" in text(refused)
    manager.post(page, {"password": PASSWORD})
    assert stored(shared).password
    assert "Opened" in text(manager.get(f"{base(shared.campaign)}report/"))
    manager.post(page, {"no_password": "on"})
    assert stored(shared).password == ""
