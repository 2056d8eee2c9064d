import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('cases', '0001_initial'),
        ('delivery', '0001_initial'),
        ('groups', '0001_initial'),
        ('messaging', '0001_initial'),
        ('people', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Binding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=20)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('made_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bindings', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Conversation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.CharField(choices=[('which', 'Which'), ('called', 'Called'), ('name', 'Name')], max_length=10)),
                ('text', models.TextField()),
                ('called', models.CharField(blank=True, max_length=10)),
                ('place', models.JSONField(null=True)),
                ('key', models.UUIDField()),
                ('heard_at', models.DateTimeField()),
                ('about', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='messaging.posting')),
                ('address', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='conversation', to='delivery.address')),
            ],
        ),
        migrations.CreateModel(
            name='Incoming',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=20)),
                ('raw', models.BinaryField()),
                ('headers', models.JSONField(default=dict)),
                ('came_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('error', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('done_at', None)), fields=['id'], name='incoming_waiting')],
            },
        ),
        migrations.CreateModel(
            name='Stranger',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=20)),
                ('value', models.CharField(max_length=200)),
                ('heard_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('channel', 'value'), name='stranger_once')],
            },
        ),
        migrations.CreateModel(
            name='Taken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=20)),
                ('fact', models.CharField(max_length=200)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('channel', 'fact'), name='fact_taken_once')],
            },
        ),
        migrations.CreateModel(
            name='PoliceAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('secret', models.CharField(max_length=16, unique=True)),
                ('sender_domains', models.CharField(max_length=200)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='police_addresses', to='groups.group')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('group',), name='one_police_address_per_group')],
            },
        ),
        migrations.CreateModel(
            name='PoliceMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('identity', models.CharField(max_length=64)),
                ('sender', models.CharField(max_length=254)),
                ('subject', models.CharField(blank=True, max_length=200)),
                ('original', models.TextField(blank=True)),
                ('reading', models.JSONField(default=dict)),
                ('checks', models.JSONField(default=dict, help_text='What our own mail server found about the sender.')),
                ('left_out', models.PositiveSmallIntegerField(default=0)),
                ('came_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('waiting', 'waits for you'), ('placed', 'placed'), ('refused', 'refused'), ('stranger', 'from another sender')], default='waiting', max_length=8)),
                ('at', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='cases.case')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='police_mails', to='groups.group')),
            ],
            options={
                'ordering': ('-came_at', '-pk'),
                'constraints': [models.UniqueConstraint(fields=('group', 'identity'), name='police_mail_once')],
            },
        ),
    ]
