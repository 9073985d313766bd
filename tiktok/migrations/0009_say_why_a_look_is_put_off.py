"""A look that is put off says why; those put off before say it at their next try."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tiktok", "0008_say_where_accounts_are_held")]

    operations = [
        migrations.AddField(
            model_name="poll",
            name="trouble",
            field=models.CharField(blank=True, choices=[('limit_reached', "TikTok's request limit is reached"), ('uncounted', 'requests to TikTok cannot be counted just now'), ('being_renewed', 'the permission is being renewed with TikTok'), ('no_answer', 'TikTok did not answer'), ('refused', 'TikTok refused the request'), ('no_account', "no TikTok account is connected in the organization's settings"), ('access_ended', "TikTok no longer accepts the account connected in the organization's settings"), ('grant_ended', 'the influencer has to connect their TikTok account again'), ('sealed', 'a stored permission does not open and has to be given again'), ('defect', 'something went wrong on our side')], db_default='', default='', max_length=20),
        ),
    ]
