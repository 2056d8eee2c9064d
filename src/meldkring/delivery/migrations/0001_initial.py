import datetime
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('messaging', '0001_initial'),
        ('people', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=20, unique=True)),
                ('shut_until', models.DateTimeField(blank=True, null=True)),
                ('shut_times', models.PositiveSmallIntegerField(default=0)),
                ('shut_why', models.CharField(blank=True, max_length=80)),
                ('paused_until', models.DateTimeField(blank=True, help_text='The provider asked us to wait.', null=True)),
                ('ceiling', models.PositiveBigIntegerField(default=0, help_text='In millionths of a euro; nothing is spent above it.', verbose_name='most per month')),
                ('tokens', models.FloatField(default=0, help_text='How many letters may go out now; filled up as time passes.')),
                ('filled_at', models.DateTimeField(blank=True, null=True)),
                ('carried_at', models.DateTimeField(blank=True, help_text='When a worker last said that it carries this channel.', null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Address',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=20)),
                ('value', models.TextField()),
                ('label', models.CharField(blank=True, max_length=80, verbose_name='name')),
                ('state', models.CharField(choices=[('active', 'works'), ('pending', 'not confirmed yet'), ('suspended', 'does not work at the moment'), ('opted_out', 'stopped by yourself'), ('gone', 'no longer exists')], default='active', max_length=10)),
                ('position', models.PositiveSmallIntegerField(default=0, help_text='The order in which the person wants to be reached.')),
                ('reason', models.CharField(blank=True, max_length=60)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('added_at', models.DateTimeField(auto_now_add=True)),
                ('heard_at', models.DateTimeField(blank=True, help_text='When this address last wrote to us.', null=True)),
                ('opted_at', models.DateTimeField(blank=True, help_text='When STOP or START was last said here.', null=True)),
                ('busy_until', models.DateTimeField(blank=True, help_text='How far the letters to this address are ahead of what its provider allows.', null=True)),
                ('tested_at', models.DateTimeField(blank=True, null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='addresses', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('position', 'pk'),
                'constraints': [models.UniqueConstraint(fields=('channel', 'value'), name='address_once_per_channel')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('words', models.JSONField(null=True)),
                ('channel', models.CharField(max_length=20)),
                ('urgency', models.CharField(max_length=8)),
                ('state', models.CharField(choices=[('queued', 'waits'), ('claimed', 'is being sent'), ('unknown', 'sent, no answer'), ('accepted', 'handed over'), ('sent', 'on its way'), ('delivered', 'arrived'), ('read', 'read'), ('failed', 'did not work'), ('expired', 'too late to be of use'), ('cancelled', 'no longer needed')], default='queued', max_length=10)),
                ('digest', models.BooleanField(default=False)),
                ('due_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('lease_until', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('repeats', models.PositiveSmallIntegerField(default=0, help_text='Sent again without knowing whether it had arrived: at most once.')),
                ('as_template', models.BooleanField(default=False)),
                ('provider_id', models.CharField(blank=True, max_length=200)),
                ('problem', models.CharField(blank=True, max_length=20)),
                ('code', models.CharField(blank=True, max_length=60)),
                ('cost', models.PositiveBigIntegerField(default=0, help_text='In millionths of a euro.')),
                ('reserved', models.PositiveBigIntegerField(default=0, help_text='What it may cost while it is under way, in millionths of a euro.')),
                ('made_at', models.DateTimeField()),
                ('handed_over_at', models.DateTimeField(null=True)),
                ('arrived_at', models.DateTimeField(null=True)),
                ('read_at', models.DateTimeField(null=True)),
                ('address', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='delivery.address')),
                ('message', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='messaging.message')),
                ('posting', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='messaging.posting')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state__in', ('queued', 'unknown'))), fields=['due_at'], name='delivery_due'), models.Index(condition=models.Q(('state', 'claimed')), fields=['lease_until'], name='delivery_leased'), models.Index(fields=['channel', 'provider_id'], name='delivery_by_provider'), models.Index(fields=['channel', 'handed_over_at'], name='delivery_by_month'), models.Index(condition=models.Q(('reserved__gt', 0)), fields=['channel'], name='delivery_reserved')],
                'constraints': [models.UniqueConstraint(fields=('message', 'address'), name='message_once_per_address'), models.CheckConstraint(condition=models.Q(('posting__isnull', False), ('words__isnull', False), _connector='OR'), name='delivery_says_something')],
            },
        ),
        migrations.CreateModel(
            name='Preference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quiet_from', models.TimeField(blank=True, null=True, verbose_name='quiet from')),
                ('quiet_until', models.TimeField(blank=True, null=True, verbose_name='quiet until')),
                ('muted_until', models.DateTimeField(blank=True, null=True, verbose_name='muted until')),
                ('digest_at', models.TimeField(blank=True, default=datetime.time(18, 0), null=True, verbose_name='notices together at')),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='preference', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='ReceiptRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=20)),
                ('letter_id', models.CharField(blank=True, max_length=64)),
                ('provider_id', models.CharField(blank=True, max_length=200)),
                ('state', models.CharField(max_length=10)),
                ('at', models.DateTimeField()),
                ('problem', models.CharField(blank=True, max_length=20)),
                ('code', models.CharField(blank=True, max_length=60)),
                ('cost', models.PositiveBigIntegerField(default=0)),
                ('came_at', models.DateTimeField(auto_now_add=True)),
                ('applied_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('applied_at', None)), fields=['came_at'], name='receipt_waiting')],
                'constraints': [models.UniqueConstraint(fields=('channel', 'provider_id', 'letter_id', 'state'), name='receipt_once')],
            },
        ),
        migrations.CreateModel(
            name='Spending',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=20)),
                ('month', models.DateField(help_text='The first day of the month.')),
                ('letters', models.PositiveIntegerField(default=0)),
                ('cost', models.PositiveBigIntegerField(default=0, help_text='In millionths of a euro.')),
            ],
            options={
                'ordering': ('-month', 'channel'),
                'constraints': [models.UniqueConstraint(fields=('channel', 'month'), name='one_line_per_channel_and_month')],
            },
        ),
        migrations.CreateModel(
            name='Trouble',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=30)),
                ('about', models.CharField(max_length=120)),
                ('since', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
                ('over_at', models.DateTimeField(null=True)),
                ('told_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('over_at', None)), fields=('kind', 'about'), name='one_open_trouble_of_a_kind')],
            },
        ),
        migrations.CreateModel(
            name='WordingRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=20)),
                ('name', models.CharField(max_length=100)),
                ('state', models.CharField(max_length=10)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('asked_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('channel', 'name'), name='wording_once_per_channel')],
            },
        ),
    ]
