import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('groups', '0001_initial'),
        ('people', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('report', 'report'), ('reaction', 'reaction'), ('police', 'message from the police'), ('news', 'news from the police'), ('closing', 'closing message'), ('reopening', 'reopened'), ('call', 'police called'), ('notice', 'notice'), ('talk', 'conversation')], max_length=10)),
                ('text', models.TextField()),
                ('said_at', models.DateTimeField()),
                ('key', models.UUIDField(default=uuid.uuid4)),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='messages', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('author', 'key'), name='message_key_once_per_author')],
            },
        ),
        migrations.CreateModel(
            name='Posting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(null=True)),
                ('posted_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('hidden_at', models.DateTimeField(null=True)),
                ('hidden_reason', models.CharField(blank=True, max_length=200)),
                ('fanned_out_at', models.DateTimeField(null=True)),
                ('forwarded_from', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='forwarded_to', to='messaging.posting')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='groups.group')),
                ('hidden_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='messaging.message')),
                ('posted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('seen_before_withdrawal', models.ManyToManyField(blank=True, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('fanned_out_at', None)), fields=['fanned_out_at'], name='posting_owed')],
                'constraints': [models.UniqueConstraint(fields=('group', 'number'), name='posting_number_once_per_group'), models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('message', 'group'), name='message_stands_once_per_group')],
            },
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField()),
                ('written_at', models.DateTimeField()),
                ('read_at', models.DateTimeField(null=True)),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('officer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='officer_letters', to=settings.AUTH_USER_MODEL)),
                ('resident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='letters', to=settings.AUTH_USER_MODEL)),
                ('steering', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='groups.group')),
                ('about', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='letters', to='messaging.posting')),
            ],
        ),
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('kind', models.CharField(choices=[('withdrawn', 'Withdrawn'), ('hidden', 'Hidden'), ('shown', 'Shown'), ('judged', 'Judged'), ('case', 'Case'), ('validity', 'Validity')], max_length=10)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='groups.group')),
                ('posting', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='messaging.posting')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('group', 'number'), name='change_number_once_per_group')],
            },
        ),
        migrations.CreateModel(
            name='ReadMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='read_marks', to='groups.group')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='read_marks', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('person', 'group'), name='one_read_mark_per_person_and_group')],
            },
        ),
    ]
