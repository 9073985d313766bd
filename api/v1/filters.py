"""The filters of lists. An id of another organization selects nothing, as an id that does not exist."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError

from api.auth import sees_money
from campaigns.enums import NETWORK_ORIGINS, CampaignState, OrderState, PostOrigin
from campaigns.models import OTHER_NETWORKS
from crm.enums import AccountType, Network
from crm.models import SocialAccount
from crm.policies.columns import CUSTOM
from crm.policies.filters import Condition, read_filters, refusal
from crm.queries import found, with_address
from crm.queries.fields import rules
from crm.queries.filters import keeping
from crm.queries.own_rules import custom_rules
from ui.keys import key_in

SEARCH_LENGTH, FIELD_LENGTH = 100, 300


class IdFilter(filters.NumberFilter):
    """An id: a whole number, never a fraction of one."""

    field_class = forms.IntegerField

    def __init__(self, *, label: str, **kwargs: Any) -> None:
        super().__init__(label=label, **kwargs)
        extend_schema_field({"type": "integer", "description": label})(self)


class InfluencerFilters(filters.FilterSet):
    tag = IdFilter(method="of_row", label="Has this tag.")
    list = IdFilter(method="of_row", label="Stands on this list.")
    group = IdFilter(method="of_row", label="Is in this group.")
    owner = IdFilter(method="of_row", label="Is looked after by this member.")
    country = filters.CharFilter(
        method="with_value", max_length=2, label="Lives in this country, such as `DE` (ISO 3166)."
    )
    language = filters.CharFilter(
        method="with_value", max_length=10, label="Is written to in this language, such as `en`."
    )
    field = filters.CharFilter(
        method="with_field",
        max_length=FIELD_LENGTH,
        label="Has a value of a field of your own: its key, a colon, and a value, or a range of numbers or days: `size:38..42`; of money "
        "with its currency: `fee:EUR,100..200`.",
    )
    campaign = IdFilter(method="in_campaign", label="Takes part in this campaign.")
    email = filters.CharFilter(method="of_address", label="Has exactly this e-mail address.")
    search = filters.CharFilter(
        method="with_words",
        max_length=SEARCH_LENGTH,
        label="Each of these words is, whatever case and accents, a part of the name, an e-mail address or a handle, or the "
        "beginning of a word of a TikTok account's bio. One of one or two characters is the beginning of a word; further e-mail "
        "addresses are not looked at then. Notes are not searched.",
    )

    def with_words(self, rows: models.QuerySet[Any], name: str, value: str) -> models.QuerySet[Any]:
        return found(rows, value) if value.strip("@ ") else rows.none()

    def of_row(self, rows: models.QuerySet[Any], name: str, value: int) -> models.QuerySet[Any]:
        return self.with_value(rows, name, str(value)) if key_in(str(value)) else rows.none()

    def with_value(self, rows: models.QuerySet[Any], name: str, value: str) -> models.QuerySet[Any]:
        rule = rules()[name]
        return keeping(rows, rule, Condition(rule.field, values=(value,)))

    def with_field(self, rows: models.QuerySet[Any], name: str, value: str) -> models.QuerySet[Any]:
        known = custom_rules(sees_money=sees_money(self.request))
        read = read_filters([f"{CUSTOM}{value}"], {key: each.field for key, each in known.items()})
        if read.problems:
            said = [refusal(problem) for problem in read.problems]
            raise ValidationError({name: said})
        if len(read.conditions) > 1:
            raise ValidationError({name: "Name one field with its values."})
        (condition,) = read.conditions
        return keeping(rows, known[condition.field.key], condition)

    def of_address(self, rows: models.QuerySet[Any], name: str, value: str) -> models.QuerySet[Any]:
        return with_address(rows, value)

    def in_campaign(
        self, rows: models.QuerySet[Any], name: str, value: int
    ) -> models.QuerySet[Any]:
        taking_part = SocialAccount.objects.filter(participations__campaign_id=value)
        return rows.filter(pk__in=taking_part.values("influencer_id"))


class SocialAccountFilters(filters.FilterSet):
    account_type = filters.ChoiceFilter(
        choices=AccountType,
        method="of_type",
        label="`tiktok` is deprecated: it answers with the `tiktok_creator` accounts, and a `Sunset` header.",
    )
    network = filters.ChoiceFilter(choices=Network)
    influencer = IdFilter(field_name="influencer_id", label="Belongs to this influencer.")
    campaign = IdFilter(
        field_name="participations__campaign_id", label="Takes part in this campaign."
    )

    def of_type(self, rows: models.QuerySet[Any], name: str, value: str) -> models.QuerySet[Any]:
        old_word_too = [AccountType.TIKTOK, AccountType.TIKTOK_CREATOR]
        return rows.filter(account_type__in=old_word_too if value in old_word_too[:1] else [value])


class CampaignFilters(filters.FilterSet):
    state = filters.ChoiceFilter(choices=CampaignState)
    account = IdFilter(
        field_name="participants__account_id", label="This social account takes part."
    )


class OrderFilters(filters.FilterSet):
    state = filters.ChoiceFilter(choices=OrderState)
    campaign = IdFilter(field_name="campaign_id", label="Belongs to this campaign.")
    account = IdFilter(field_name="account_id", label="Goes to this social account.")


class NetworkPostFilters(filters.FilterSet):
    origin = filters.ChoiceFilter(choices=[(each.value, each.label) for each in NETWORK_ORIGINS])
    network = filters.ChoiceFilter(
        field_name="post__network", choices=[(each.value, each.label) for each in OTHER_NETWORKS]
    )
    campaign = IdFilter(field_name="campaign_id", label="Stands in this campaign.")
    account = IdFilter(field_name="account_id", label="Published by this social account.")


class PostFilters(filters.FilterSet):
    origin = filters.ChoiceFilter(choices=PostOrigin)
    campaign = IdFilter(field_name="campaign_id", label="Stands in this campaign.")
    account = IdFilter(field_name="account_id", label="Published by this social account.")
    order = IdFilter(field_name="order_id", label="Tied to this order.")
