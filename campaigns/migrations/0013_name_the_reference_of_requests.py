from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0012_say_that_a_request_was_cancelled")]

    operations = [migrations.RenameField("orderrequest", "mark", "reference")]
