"""The forms about those who take part in a campaign, and their terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import F

from campaigns.enums import CampaignState, ParticipantState
from campaigns.forms.fields import DAY, AmountField, PlausibleDateField
from campaigns.models import Campaign, Participant
from campaigns.policies.participants import PARTICIPANT_MOVES
from campaigns.queries.of_influencer import campaigns_to_join
from campaigns.services.participants import Change
from crm.models import Influencer, SocialAccount


class AccountsField(forms.ModelMultipleChoiceField):
    default_error_messages = {
        "required": "Choose at least one account.",
        "invalid_choice": "One of the chosen accounts is no longer there. Choose again.",
        "invalid_pk_value": "One of the chosen accounts is no longer there. Choose again.",
    }


class ParticipantsForm(forms.Form):
    accounts = AccountsField(queryset=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["accounts"].queryset = SocialAccount.objects.all()  # type: ignore[attr-defined]


class JoinForm(forms.Form):
    """One account of an influencer takes part in a campaign: the one with most followers, unless another is chosen."""

    campaign = forms.ModelChoiceField(
        Campaign.objects.none(),
        error_messages={"invalid_choice": "This campaign is no longer there. Choose again."},
    )
    account = forms.ModelChoiceField(
        SocialAccount.objects.none(),
        error_messages={"invalid_choice": "This account is no longer there. Choose again."},
    )

    def __init__(self, *args: Any, influencer: Influencer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        followers = F("creator__follower_count").desc(nulls_last=True)
        accounts = SocialAccount.objects.filter(influencer=influencer).order_by(followers, "pk")
        self.accounts = list(accounts)
        account, campaign = self.fields["account"], self.fields["campaign"]
        account.queryset, account.empty_label = accounts, None  # type: ignore[attr-defined]
        if len(self.accounts) == 1:
            account.initial, account.widget = self.accounts[0].pk, forms.HiddenInput()
        campaign.queryset = Campaign.objects.exclude(state=CampaignState.ARCHIVED)  # type: ignore[attr-defined]
        campaign.choices = [("", "Choose a campaign"), *campaigns_to_join()]  # type: ignore[attr-defined]


class ParticipantForm(forms.Form):
    """The terms of some participants: what is left empty stays as it is, where they differ."""

    state = forms.ChoiceField(required=False)
    fee = AmountField("Fee")
    due_on = PlausibleDateField(label="Due on", widget=DAY, required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        participants: Sequence[Participant],
        currency: str,
    ) -> None:
        self.rows = participants
        shared = {name: self._shared(name) for name in ("state", "fee", "due_on")}
        super().__init__(data, initial={k: v for k, v in shared.items() if v})
        states = {row.state for row in participants}
        allowed = set.union(*({state, *PARTICIPANT_MOVES[state]} for state in states))
        blank = [("", "As it is")] if len(states) > 1 else []
        self.fields["state"].choices = blank + [  # type: ignore[attr-defined]
            choice for choice in ParticipantState.choices if choice[0] in allowed
        ]
        if currency:
            self.fields["fee"].label = f"Fee ({currency})"
        else:
            self.fields["fee"].disabled = True
            self.fields["fee"].help_text = "Enter the campaign's currency in its settings first."

    def _shared(self, name: str) -> Any:
        """The value that all of them have."""
        values = {getattr(row, name) for row in self.rows}
        return values.pop() if len(values) == 1 else None

    @property
    def change(self) -> Change:
        """The entered change. A value that all of them had, and that is empty now, is cleared."""
        given = self.cleaned_data
        state = given["state"]
        return Change(
            state=ParticipantState(state) if state else None,
            fee=given["fee"],
            due_on=given["due_on"],
            clears=frozenset(
                name for name in ("fee", "due_on") if given[name] is None and self.initial.get(name)
            ),
        )
