"""The form of the sender of an organization's e-mail."""

from __future__ import annotations

from django import forms

from tenancy.models import Organization


class SenderForm(forms.ModelForm):
    class Meta:
        model = Organization
        fields = ["mail_sender_name", "mail_reply_to"]
        labels = {"mail_sender_name": "Sender name", "mail_reply_to": "Answers go to"}
        help_texts = {
            "mail_sender_name": "What creators see as the sender. Without one it is the name of the organization.",
            "mail_reply_to": "An e-mail address that somebody of you reads. Without one answers reach nobody.",
        }
