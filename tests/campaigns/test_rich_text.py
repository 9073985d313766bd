"""The brief of a campaign and the comment of a report are rich text: cleaned when they are written, on every page the same."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from campaigns.models import Campaign, Report
from campaigns.services.orders.contact.invitations import invite_creators
from campaigns.services.orders.contact.pages import page_url
from campaigns.services.report import report_to_change, report_url, share_report
from tenancy.models import User
from tests.campaigns.test_campaigns_pages import base
from tests.campaigns.test_plans import FIELDS
from tests.campaigns.test_results import roll
from tests.factories.campaigns import a_participant, a_post, a_video, an_order
from tests.mailing import sent_mail
from tests.submitting import fresh
from tests.submitting import version as report_version

pytestmark = pytest.mark.django_db
GIVEN = (
    '<h3 onclick="x">Shots</h3><script>alert(1)</script><ul><li><strong>Crumb</strong></li></ul>'
    '<div><a href="javascript:alert(1)">bad</a> <a href="https://oak.example">good</a><img src="x" onerror="alert(1)"></div>'
)
KEPT = (
    '<h3>Shots</h3><ul><li><strong>Crumb</strong></li></ul><div><a rel="noopener noreferrer nofollow">bad</a> '
    '<a href="https://oak.example" rel="noopener noreferrer nofollow">good</a></div>'
)
SHOWN = f'<div class="rich" dir="auto">{KEPT}</div>'
READ = "Shots\n• Crumb\nbad good (https://oak.example)"


def test_a_brief_is_cleaned_and_shown_to_those_who_read_the_plan(
    manager: Client, viewer: Client
) -> None:
    data = {name: value for name, value in FIELDS.items() if name != "brief"}
    manager.post("/o/oaks/campaigns/new/", {**data, "brief_html": GIVEN, **fresh()})
    campaign = Campaign.objects.get()
    assert campaign.brief == KEPT
    assert SHOWN in viewer.get(f"{base(campaign)}settings/").content.decode()
    page = manager.get(f"{base(campaign)}settings/").content.decode()
    assert f"{READ}</textarea>" in page.replace("&#x27;", "'")
    assert "js/editor.js" in page
    assert "trix.umd.min" in page


def test_the_editor_brings_its_styles_where_a_page_has_one_alone(
    manager: Client, campaign: Campaign
) -> None:
    with_editor = manager.get(f"{base(campaign)}settings/")
    policy = with_editor.headers["Content-Security-Policy"]
    nonce = with_editor.content.decode().partition('name="csp-nonce" content="')[2].partition('"')[0]  # fmt: skip
    assert len(nonce) >= 16
    assert f"style-src 'self' 'nonce-{nonce}';" in policy + ";"
    assert "script-src 'self';" in policy + ";"
    without = manager.get(f"{base(campaign)}orders/")
    assert "style-src 'self';" in without.headers["Content-Security-Policy"] + ";"
    assert "js/editor.js" not in without.content.decode()


def test_creators_read_the_brief_on_their_page_and_in_the_invitation(campaign: Campaign) -> None:
    campaign.brief = GIVEN
    campaign.save()
    account = a_participant(campaign, "maya", email="maya@example.com")
    order = an_order(campaign, account, state="created")
    assert SHOWN in Client().get(path(page_url(order))).content.decode()
    invite_creators([order])
    (mail,) = sent_mail()
    assert f"\n\n{READ}\n\nHow it works:" in str(mail.body)
    html = str(mail.alternatives[0][0])
    assert "<strong" in html
    assert "Crumb</strong>" in html
    assert 'href="https://oak.example"' in html
    assert "alert(1)" not in html


def test_members_and_clients_read_the_comment_of_a_report(
    manager: Client, viewer: Client, campaign: Campaign
) -> None:
    a_post(campaign, a_video(a_participant(campaign, "maya"), "71"))
    roll()
    seen = {"version": report_version(manager.get(f"{base(campaign)}report/"))}
    sent = {**seen, "blocks": ["comment"], "split": "creator", "comment_html": GIVEN}
    assert manager.post(f"{base(campaign)}report/edit/", sent).status_code == 302
    assert SHOWN in viewer.get(f"{base(campaign)}report/").content.decode()
    report = share_report(campaign, expires_on=None, password=None, actor=User.objects.all()[0])
    shared = Client().get(path(report_url(report))).content.decode()
    assert SHOWN in shared
    assert "js/editor.js" not in shared


def path(url: str) -> str:
    return f"/{url.partition('//')[2].partition('/')[2]}"


def test_whoever_writes_past_the_form_writes_cleaned_text(campaign: Campaign) -> None:
    campaign.brief = GIVEN
    campaign.save()
    assert campaign.brief == KEPT
    Report.objects.create(campaign=campaign, comment="<img src=x>")
    assert Report.objects.get().comment == ""
    Report.objects.update(comment=GIVEN)
    assert Report.objects.get().comment == KEPT


def test_what_got_past_it_all_is_cleaned_when_it_is_shown(
    viewer: Client, campaign: Campaign
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE campaigns_campaign SET brief = %s WHERE id = %s AND organization_id = %s",
            [GIVEN, campaign.pk, campaign.organization_id],
        )
    page = viewer.get(f"{base(campaign)}settings/").content.decode()
    assert SHOWN in page
    assert "alert(1)" not in page


def test_a_comment_that_is_too_long_is_refused_and_kept_in_the_form(
    manager: Client, campaign: Campaign
) -> None:
    words = "<div><strong>" + "x" * 5_001 + "</strong></div>"
    answer = manager.post(
        f"{base(campaign)}report/edit/", {"comment_html": words, "split": "creator"}
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "This text has 5,001 characters, and at most 5,000 are kept. Shorten it." in page
    assert "&lt;strong&gt;xxx" in page
    assert "5,001 of 5,000" in page


def test_texts_of_before_keep_their_lines(campaign: Campaign) -> None:
    report = report_to_change(campaign)
    with connection.cursor() as cursor:
        for table, column, row in (
            ("campaigns_campaign", "brief", campaign.pk), ("campaigns_report", "comment", report.pk),
        ):  # fmt: skip
            cursor.execute(
                f"UPDATE {table} SET {column} = %s WHERE id = %s AND organization_id = %s",
                ["One <b> & two\r\n\r\nThree\nFour ", row, campaign.organization_id],
            )
        migration: Any = importlib.import_module("campaigns.migrations.0022_rich_text")
        cursor.execute(migration.LINES)
    campaign.refresh_from_db()
    report.refresh_from_db()
    kept = "<div>One &lt;b&gt; &amp; two<br><br>Three<br>Four</div>"
    assert (campaign.brief, report.comment) == (kept, kept)
