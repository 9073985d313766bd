from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tiktok", "0018_grants_are_checked_as_work")]

    operations = [migrations.RemoveField("connection", "lease_until")]
