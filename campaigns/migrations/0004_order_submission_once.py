import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0001_initial'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='orderrequest',
            name='token',
            field=models.CharField(blank=True, default='', editable=False, max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='orderrequest',
            name='continues',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='continuations', to='campaigns.orderrequest'),
        ),
        migrations.AddField(
            model_name='orderrequest',
            name='sending_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name='orderrequest',
            constraint=models.UniqueConstraint(condition=models.Q(('token', ''), _negated=True), fields=('organization', 'token'), name='order_submission_makes_one_request'),
        ),
    ]
