"""Mail templates of the agency, and one mailing that was sent with the first of them."""

from __future__ import annotations

import uuid

from crm.models import Influencer, Mailing
from crm.services.mailings.mailings import Draft, create_mailing
from crm.services.mailings.templates import create_template
from tenancy.models import User

RECIPIENTS = 9
BRIEFING = (
    "Briefing",
    "{{ influencer }}, are you in for our winter campaign?",
    (
        "{{ salutation }},\n\nwe are planning a campaign with small food brands in January and thought of you. It is about one "
        "video, and you decide what it shows.\n\nThe brands are listed at https://northlight.example/winter. Are you in?\n\n"
        "{{ sender }}\n{{ organization }}"
    ),
)
THANKS = (
    "Thanks after a campaign",
    "Thank you, {{ display_name }}",
    "{{ salutation }},\n\nthe campaign is over, and your videos did well. Thank you for the work.\n\n{{ sender }}",
)
REMINDER = "{{ salutation }},\n\nhave you seen our question about January?\n\n{{ sender }}"


def write_to_creators(owner: User) -> None:
    """Make the templates, and send the first one to some creators."""
    if Mailing.objects.exists():
        return
    for name, subject, body in (BRIEFING, THANKS):
        create_template(name, subject=subject, body=body, actor=owner)
    ids = Influencer.objects.exclude(email="").order_by("pk").values_list("pk", flat=True)
    create_mailing(
        Draft(*BRIEFING[1:], reminder_days=5, reminder_body=REMINDER),
        ids[:RECIPIENTS],
        key=uuid.uuid4(),
        actor=owner,
    )
