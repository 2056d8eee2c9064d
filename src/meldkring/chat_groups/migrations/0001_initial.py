import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('groups', '0001_initial'),
        ('messaging', '0001_initial'),
        ('people', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='ChatGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='name of the WhatsApp group')),
                ('sealed_invite', models.TextField(blank=True)),
                ('size_limit', models.PositiveIntegerField(default=100, verbose_name='how many people fit in it')),
                ('begun_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='chat_groups', to='groups.group')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('group',), name='one_chat_group_per_watch_group')],
            },
        ),
        migrations.CreateModel(
            name='Placing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(choices=[('said', 'placed'), ('taken_back', 'taken back')], max_length=10)),
                ('skipped', models.BooleanField(default=False)),
                ('owed_since', models.DateTimeField()),
                ('at', models.DateTimeField()),
                ('undone_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('chat_group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='placings', to='chat_groups.chatgroup')),
                ('posting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='placings', to='messaging.posting')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('undone_at', None)), fields=('chat_group', 'posting', 'what'), name='placed_once_per_chat_group')],
            },
        ),
        migrations.CreateModel(
            name='Reading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('asking', 'Asking'), ('reading', 'Reading'), ('ready', 'Ready')], max_length=8)),
                ('progress', models.PositiveSmallIntegerField(default=0)),
                ('messages', models.PositiveIntegerField(default=0)),
                ('examples', models.JSONField(default=list)),
                ('taken', models.JSONField(default=list)),
                ('sealed', models.BinaryField(default=b'')),
                ('begun_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('chat_group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='readings', to='chat_groups.chatgroup')),
            ],
        ),
        migrations.CreateModel(
            name='Seat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('unknown', 'not ticked'), ('in', 'in the WhatsApp group'), ('out', 'taken out'), ('declined', 'does not take part there')], default='unknown', max_length=10)),
                ('before', models.CharField(choices=[('unknown', 'not ticked'), ('in', 'in the WhatsApp group'), ('out', 'taken out'), ('declined', 'does not take part there')], default='unknown', max_length=10)),
                ('since', models.DateTimeField()),
                ('link_shown_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('chat_group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seats', to='chat_groups.chatgroup')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='seats', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('chat_group', 'person'), name='one_seat_per_person_and_chat_group')],
            },
        ),
    ]
