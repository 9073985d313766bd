"""The form of the sender of an organization's e-mail."""

from __future__ import annotations

from django import forms

from tenancy.models import Organization
from ui.editing import EditForm
from ui.names import NameField


class SenderForm(EditForm, forms.ModelForm):
    class Meta:
        model = Organization
        fields = ["mail_sender_name", "mail_reply_to"]
        field_classes = {"mail_sender_name": NameField}
        labels = {"mail_sender_name": "Sender name", "mail_reply_to": "Reply-to address"}
        help_texts = {
            "mail_sender_name": "Creators see it as the sender. If it is empty, they see the organization's name.",
            "mail_reply_to": "Replies to your e-mails go to this address. If it is empty, nobody receives them.",
        }
