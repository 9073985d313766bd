"""E-mails outside of mailings are an influencer's, whatever their address is."""

import django.db.models.deletion
from django.db import migrations, models

import tenancy.scope


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0017_people_found_by_email"),
        ("mail", "0002_openings"),
        ("tenancy", "0008_openings"),
    ]

    operations = [
        migrations.CreateModel(
            name="InfluencerMail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "influencer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mails",
                        to="crm.influencer",
                    ),
                ),
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="mail.message",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        default=tenancy.scope.current_organization_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="tenancy.organization",
                    ),
                ),
            ],
            options={"verbose_name": "e-mail"},
        ),
    ]
