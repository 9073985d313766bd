import django.core.validators
import django.db.models.deletion
import tenancy.scope
from django.db import migrations, models

from tenancy.initial import InitialMigration


class Migration(InitialMigration):

    dependencies = [
        ('crm', '0002_initial'),
        ('tenancy', '0001_initial'),
        ('tiktok', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Campaign',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client', models.CharField(max_length=60, verbose_name='client (brand)')),
                ('name', models.CharField(max_length=120)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField()),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('active', 'Active'), ('completed', 'Completed'), ('archived', 'Archived')], default='draft', max_length=10)),
                ('token', models.CharField(blank=True, editable=False, max_length=64)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, to='tenancy.organization')),
            ],
            options={
                'indexes': [models.Index(fields=['organization', '-starts_on', '-id'], name='campaign_newest_first')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('token', ''), _negated=True), fields=('organization', 'token'), name='campaign_submission_makes_one_campaign'), models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='campaign_ends_after_it_starts')],
            },
        ),
        migrations.CreateModel(
            name='OrderRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('brand_name', models.CharField(max_length=60)),
                ('description', models.CharField(max_length=1000, verbose_name='what to make')),
                ('video_count', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10)])),
                ('state', models.CharField(choices=[('due', 'Due'), ('sending', 'Sending'), ('done', 'Done'), ('failed', 'Failed'), ('uncertain', 'Uncertain')], default='due', max_length=10)),
                ('problem', models.CharField(blank=True, max_length=300)),
                ('campaign_code', models.CharField(blank=True, max_length=40)),
                ('tiktok_campaign_id', models.CharField(blank=True, max_length=40)),
                ('reference', models.CharField(blank=True, editable=False, max_length=20)),
                ('invite_link', models.URLField(blank=True, max_length=500)),
                ('token', models.CharField(blank=True, editable=False, max_length=64)),
                ('sending_at', models.DateTimeField(blank=True, null=True)),
                ('was_uncertain', models.BooleanField(db_default=False, default=False, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='order_requests', to='campaigns.campaign')),
                ('continues', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='continuations', to='campaigns.orderrequest')),
                ('marketplace_account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='order_requests', to='tiktok.marketplaceaccount')),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, to='tenancy.organization')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('video_count__range', (1, 10))), name='order_asks_for_1_to_10_videos'), models.UniqueConstraint(condition=models.Q(('token', ''), _negated=True), fields=('organization', 'token'), name='order_submission_makes_one_request')],
            },
        ),
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tiktok_order_id', models.CharField(blank=True, db_collation='C', max_length=120)),
                ('campaign_code', models.CharField(blank=True, max_length=40)),
                ('invite_link', models.URLField(blank=True, max_length=500)),
                ('video_limit', models.PositiveSmallIntegerField(default=1)),
                ('video_count', models.PositiveSmallIntegerField(default=0)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('creating', 'Creating'), ('created', 'Created'), ('sent', 'Sent'), ('opened', 'Opened'), ('accepted', 'Accepted'), ('posting', 'Posting'), ('in_review', 'In review'), ('fulfilled', 'Fulfilled'), ('failed', 'Failed'), ('rejected', 'Rejected'), ('overdue', 'Overdue'), ('cancelled', 'Cancelled')], default='draft', max_length=10)),
                ('state_at', models.DateTimeField()),
                ('problem', models.CharField(blank=True, max_length=300)),
                ('checked_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='orders', to='crm.socialaccount')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='orders', to='campaigns.campaign')),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, to='tenancy.organization')),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='orders', to='campaigns.orderrequest')),
            ],
            options={
                'indexes': [models.Index(fields=['organization', 'campaign', '-id'], name='order_newest_first'), models.Index(fields=['organization', 'campaign_code'], name='order_by_code')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('tiktok_order_id', ''), _negated=True), fields=('organization', 'tiktok_order_id'), name='tiktok_order_unique_per_organization')],
            },
        ),
        migrations.CreateModel(
            name='Participant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('added_at', models.DateTimeField(auto_now_add=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='participations', to='crm.socialaccount')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='participants', to='campaigns.campaign')),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, to='tenancy.organization')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('campaign', 'account'), name='account_takes_part_once_in_campaign')],
            },
        ),
        migrations.CreateModel(
            name='Post',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('network', models.CharField(choices=[('tiktok', 'TikTok'), ('instagram', 'Instagram'), ('youtube', 'YouTube'), ('x', 'X'), ('facebook', 'Facebook'), ('twitch', 'Twitch')], max_length=10)),
                ('network_post_id', models.CharField(max_length=64)),
                ('url', models.URLField(max_length=500)),
                ('origin', models.CharField(choices=[('order', 'Order'), ('by_hand', 'Added by hand'), ('keyword', 'Keyword'), ('imported', 'Imported'), ('legacy', 'Old data source')], max_length=10)),
                ('review_state', models.CharField(blank=True, choices=[('', 'Not reviewed'), ('NO_REVIEW', 'Waiting for review'), ('CONTENT_REVIEWING', 'Content in review'), ('AD_REVIEWING', 'Ad in review'), ('CONTENT_REVIEW_FAIL', 'Content rejected'), ('AD_REVIEW_FAIL', 'Ad rejected'), ('SUCCEED', 'Approved'), ('ALL_FAIL', 'Rejected'), ('LINK_ASKED', 'Creator is asked'), ('LINK_REFUSED', 'Creator said no'), ('LINK_TAKEN_BACK', 'Request cancelled')], max_length=20)),
                ('review_reason', models.CharField(blank=True, max_length=300)),
                ('asked_at', models.DateTimeField(blank=True, null=True)),
                ('asked_count', models.PositiveSmallIntegerField(default=0)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('published_since', models.DateTimeField(blank=True, null=True)),
                ('hidden_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='posts', to='crm.socialaccount')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='posts', to='campaigns.campaign')),
                ('order', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='posts', to='campaigns.order')),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, to='tenancy.organization')),
                ('video', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='tiktok.video')),
            ],
            options={
                'indexes': [models.Index(fields=['organization', 'campaign', '-published_at', '-id'], name='post_newest_first'), models.Index(fields=['organization', '-published_at', '-id'], name='post_newest_of_organization')],
                'constraints': [models.UniqueConstraint(fields=('campaign', 'network', 'network_post_id'), name='post_once_in_campaign'), models.CheckConstraint(condition=models.Q(('network', 'tiktok'), ('origin__in', ['keyword', 'imported']), _negated=True), name='tiktok_post_never_by_keyword_or_import')],
            },
        ),
    ]
