from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tiktok", "0012_polls_become_work")]

    operations = [migrations.DeleteModel(name="Poll")]
