from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('alerts', '0005_video_gone'),
    ]

    operations = [
        migrations.AlterField(
            model_name='alert',
            name='kind',
            field=models.CharField(choices=[('accepted', 'Order accepted'), ('published', 'Video published'), ('draft', 'Draft sent by a creator'), ('question', 'Question of a creator'), ('new_date', 'New date asked for'), ('cannot', 'Creator cannot do an order'), ('left', 'Creator with open orders has left'), ('video_gone', 'Video of an order gone'), ('rejected', 'Video rejected by TikTok'), ('failed', 'Order not taken by TikTok'), ('not_published', 'Video not published from here'), ('overdue', 'Order overdue'), ('below_plan', 'Campaign below its plan'), ('ending', 'Permission ends'), ('imported', 'Import finished'), ('applied', 'Application sent')], max_length=20),
        ),
    ]
