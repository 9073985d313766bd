"""Templates of orders: saved from the form of a new order, used and deleted there, and what was typed stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.models import Campaign, OrderTemplate
from campaigns.services.orders import templates
from crm.models import Removal
from tenancy.enums import Verb
from tenancy.models import Event
from tests.campaigns.test_campaigns_pages import base, text
from tests.factories.campaigns import a_participant

pytestmark = pytest.mark.django_db
TODAY = timezone.now().date()
TYPED = {"brand_name": "Northwind", "description": "Two recipes", "video_count": "2"}


def press(client: Client, campaign: Campaign, step: str, **more: Any) -> Any:
    return client.post(f"{base(campaign)}orders/new/", {**TYPED, "step": step, **more})


def a_template(**more: Any) -> OrderTemplate:
    values = {"name": "Recipes", "description": "Three recipes", "video_count": 3, "due_days": 10}
    return OrderTemplate.objects.create(**{**values, **more})


def test_what_is_asked_for_is_saved_by_name_without_any_creator(
    manager: Client, campaign: Campaign
) -> None:
    due_on = (TODAY + timedelta(days=14)).isoformat()
    answer = press(manager, campaign, "save_template", template_name=" Recipes ", due_on=due_on)
    assert answer.status_code == 200
    saved = OrderTemplate.objects.get()
    assert (saved.name, saved.description, saved.video_count, saved.spark_days, saved.due_days) == (
        "Recipes", "Two recipes", 2, 0, 14,
    )  # fmt: skip
    assert "The template “" in text(answer)
    assert 'value="Two recipes"' in text(answer)
    assert Event.objects.get(verb=Verb.ORDER_TEMPLATE_SAVED).object_id == saved.pk
    press(manager, campaign, "save_template", template_name="Undated")
    assert OrderTemplate.objects.get(name="Undated").due_days is None
    again = press(manager, campaign, "save_template", template_name="Undated")
    assert again.status_code == 200
    assert OrderTemplate.objects.filter(name="Undated").count() == 1


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"template_name": " "}, "Name the template first."),
        ({"template_name": "R" * 61}, "Name it in 60 characters at most."),
        ({"template_name": "Recipes"}, "There is a template of this name."),
        ({"template_name": "New", "description": ""}, "Fill this in."),
        ({"template_name": "New", "video_count": "11"}, "10"),
    ],
)
def test_what_cannot_be_saved_says_why_and_stays_in_the_form(
    manager: Client, campaign: Campaign, more: dict[str, str], says: str
) -> None:
    a_template()
    answer = press(manager, campaign, "save_template", **more)
    assert answer.status_code == 422
    assert says in text(answer)
    assert 'value="Northwind"' in text(answer)
    assert OrderTemplate.objects.count() == 1


def test_there_is_an_end_to_templates(
    manager: Client, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(templates, "MOST_TEMPLATES", 0)
    answer = press(manager, campaign, "save_template", template_name="Recipes")
    assert "Delete one first." in text(answer)


def test_a_template_fills_the_form_in_and_leaves_the_rest(
    manager: Client, campaign: Campaign
) -> None:
    template, maya = a_template(), a_participant(campaign, "maya")
    page = text(manager.get(f"{base(campaign)}orders/new/"))
    assert f'<option value="{template.pk}" >' in page
    answer = press(manager, campaign, "use_template", template=template.pk, accounts=[maya.pk])
    page = text(answer)
    assert 'value="Three recipes"' in page
    assert f'value="{TODAY + timedelta(days=10)}"' in page
    assert 'name="video_count" value="3"' in page
    assert 'value="Northwind"' in page
    assert answer.context["chosen"] == {maya.pk}
    OrderTemplate.objects.update(due_days=None)
    later = (TODAY + timedelta(days=3)).isoformat()
    page = text(press(manager, campaign, "use_template", template=template.pk, due_on=later))
    assert later not in page


def test_days_that_tiktok_does_not_take_here_are_said(manager: Client, campaign: Campaign) -> None:
    template = a_template(spark_days=44)
    page = text(press(manager, campaign, "use_template", template=template.pk))
    assert "asks for Spark Ads for 44 days, which TikTok does not take here" in page


@pytest.mark.parametrize("step", ["use_template", "delete_template"])
@pytest.mark.parametrize("key", ["", "x", "999"])
def test_without_a_template_nothing_happens(
    manager: Client, campaign: Campaign, step: str, key: str
) -> None:
    answer = press(manager, campaign, step, template=key)
    assert "Choose a template first." in text(answer)
    assert 'value="Two recipes"' in text(answer)


def test_a_deleted_template_comes_back_once(manager: Client, campaign: Campaign) -> None:
    template = a_template()
    answer = press(manager, campaign, "delete_template", template=template.pk)
    assert not OrderTemplate.objects.exists()
    assert 'value="Two recipes"' in text(answer)
    removal = Removal.objects.get()
    url = f"{base(campaign)}orders/templates/restore/{removal.pk}/"
    assert url in text(answer)
    page = text(manager.post(url, follow=True))
    assert "It is back." in page
    assert OrderTemplate.objects.get() == template
    assert "It is back." not in text(manager.post(url, follow=True))
    verbs = [Verb.ORDER_TEMPLATE_DELETED, Verb.ORDER_TEMPLATE_RESTORED]
    assert Event.objects.filter(verb__in=verbs).count() == 2


def test_templates_are_for_those_who_send_orders(viewer: Client, campaign: Campaign) -> None:
    assert press(viewer, campaign, "save_template", template_name="Recipes").status_code == 403
    assert viewer.post(f"{base(campaign)}orders/templates/restore/1/").status_code == 403
