import django.db.models.deletion
import tenancy.scope
from django.conf import settings
from django.db import migrations, models

# A finished purge stays what it was, whoever asks; the run-time role may not even try with its receipt.
FINISHED = """
CREATE FUNCTION tiktok_keep_finished_purge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a finished purge is never changed';
END $$;
CREATE TRIGGER purge_finished_is_never_changed BEFORE UPDATE ON tiktok_purgerun
FOR EACH ROW WHEN (OLD.finished_at IS NOT NULL) EXECUTE FUNCTION tiktok_keep_finished_purge();
"""
UNFINISHED = """
DROP TRIGGER purge_finished_is_never_changed ON tiktok_purgerun;
DROP FUNCTION tiktok_keep_finished_purge();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0004_part_texts_from_events'),
        ('tiktok', '0009_say_why_a_look_is_put_off'),
    ]

    operations = [
        migrations.AddField(
            model_name='creator',
            name='disputed_handle',
            field=models.CharField(blank=True, db_default='', max_length=64),
        ),
        migrations.AlterField(
            model_name='purgerun',
            name='actor',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.CreateModel(
            name='FormerHandle',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('handle', models.CharField(max_length=64)),
                ('left_at', models.DateTimeField()),
                ('creator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='former_handles', to='tiktok.creator')),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, to='tenancy.organization')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organization', 'handle', 'creator'), name='former_handle_once_for_each_creator')],
            },
        ),
        migrations.RunSQL(FINISHED, UNFINISHED),
    ]
