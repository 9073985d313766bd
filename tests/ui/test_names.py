"""Names that nobody can see are refused, whatever is named so; what is typed around a name is left out."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms

from campaigns.errors import OrderNotValid
from campaigns.forms import CampaignForm, OrderForm, ReportForm
from campaigns.services.orders.templates import save_template
from crm.forms.programs import ProgramForm
from crm.forms.records import ContractForm, TaskForm
from mail.forms import SenderForm
from portal.passkeys import NameForm
from public.apply.forms import ApplicationForm
from tenancy.forms import ApiKeyForm, GroupForm, JoinForm, NewGroupForm, OrganizationForm
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.connecting import a_person

INVISIBLE = "\u200b\u2060"
REFUSED = "Enter a name that can be seen: this one has invisible characters only."


@pytest.mark.parametrize(
    ("form", "names"),
    [
        (CampaignForm, ("name", "client")),
        (OrderForm, ("brand_name",)),
        (ReportForm, ("client",)),
        (ProgramForm, ("name", "brand", "contract_title")),
        (TaskForm, ("title",)),
        (ContractForm, ("title",)),
        (SenderForm, ("mail_sender_name",)),
        (NameForm, ("name",)),
        (ApplicationForm, ("name",)),
        (OrganizationForm, ("name",)),
        (GroupForm, ("name",)),
        (NewGroupForm, ("name",)),
        (ApiKeyForm, ("name",)),
        (JoinForm, ("name",)),
    ],
)
def test_a_name_can_be_seen(form: Any, names: tuple[str, ...]) -> None:
    for name in names:
        field = form.base_fields[name]
        with pytest.raises(forms.ValidationError, match=REFUSED):
            field.clean(INVISIBLE)
        assert field.clean(f" {INVISIBLE}Nōr  de\u200b ") == "Nōr de"


def test_a_name_that_may_be_missing_is_missing() -> None:
    assert SenderForm.base_fields["mail_sender_name"].clean("") == ""


@pytest.mark.django_db
def test_a_template_of_orders_needs_a_name_that_can_be_seen(oak: Organization) -> None:
    olivia = a_person("olivia@example.com")
    asked: Any = {"description": "", "video_count": 1, "spark_days": 0, "due_on": None}
    with organization_scope(oak):
        with pytest.raises(OrderNotValid, match=REFUSED):
            save_template(INVISIBLE, **asked, actor=olivia)
        assert save_template(f"Reels{INVISIBLE}", **asked, actor=olivia).name == "Reels"
