import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('groups', '0001_initial'),
        ('messaging', '0001_initial'),
        ('people', '__first__'),
        ('places', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=12, unique=True)),
                ('title', models.CharField(max_length=80)),
                ('status', models.CharField(choices=[('open', 'now'), ('closed', 'over')], default='open', max_length=8)),
                ('called', models.CharField(choices=[('by_me', '112 called by the reporter'), ('by_other', '112 called by someone else'), ('not_needed', 'not urgent, 112 not needed'), ('police', 'comes from the police')], max_length=10)),
                ('opened_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, choices=[('good', 'Ended well'), ('innocent', 'Turned out to be innocent'), ('caught', 'The police have someone'), ('gone', 'No longer seen'), ('harm', 'Damage or theft'), ('no_word', 'No word from the police')], max_length=10)),
                ('exercise', models.BooleanField(default=False)),
                ('imported_at', models.DateTimeField(blank=True, help_text='Taken in from elsewhere after it was over: nobody was told, and it counts as no alarm of ours.', null=True)),
                ('holders_reminded_at', models.DateTimeField(null=True)),
                ('steering_reminded_at', models.DateTimeField(null=True)),
                ('opened_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('origin', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases_begun', to='groups.group')),
            ],
            options={
                'ordering': ('-opened_at',),
            },
        ),
        migrations.CreateModel(
            name='Contribution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('persons', models.CharField(blank=True, max_length=200, verbose_name='persons')),
                ('vehicle', models.CharField(blank=True, max_length=200, verbose_name='vehicle')),
                ('place', models.CharField(blank=True, max_length=200, verbose_name='place')),
                ('latitude', models.FloatField(blank=True, null=True)),
                ('longitude', models.FloatField(blank=True, null=True)),
                ('direction', models.CharField(blank=True, choices=[('n', 'north'), ('ne', 'north-east'), ('e', 'east'), ('se', 'south-east'), ('s', 'south'), ('sw', 'south-west'), ('w', 'west'), ('nw', 'north-west')], max_length=2, verbose_name='direction of travel')),
                ('going_to_do', models.CharField(blank=True, max_length=200, verbose_name='what I am going to do')),
                ('source', models.CharField(blank=True, help_text='Who of the police told this.', max_length=100, verbose_name='source')),
                ('source_at', models.DateTimeField(blank=True, null=True, verbose_name='told at')),
                ('valid_until', models.DateTimeField(blank=True, help_text='Until when a message of the police holds.', null=True)),
                ('expired_at', models.DateTimeField(blank=True, null=True)),
                ('recalled_at', models.DateTimeField(blank=True, help_text='Since when who was told of it has heard that it no longer holds.', null=True)),
                ('police_number', models.CharField(blank=True, max_length=40, verbose_name='number of the police')),
                ('police_number_shown', models.BooleanField(default=False, help_text='Residents see the number too, not only steering members.')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contributions', to='cases.case')),
                ('message', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='contribution', to='messaging.message')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('expired_at', None), ('valid_until__isnull', False)), fields=['valid_until'], name='message_will_expire')],
            },
        ),
        migrations.CreateModel(
            name='Area',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outline', models.JSONField(blank=True, null=True)),
                ('neighbourhoods', models.ManyToManyField(related_name='+', to='places.neighbourhood')),
                ('contribution', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='area', to='cases.contribution')),
            ],
        ),
        migrations.CreateModel(
            name='Escalation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.PositiveSmallIntegerField(choices=[(1, 'the steering group'), (2, 'the coordination group')])),
                ('at', models.DateTimeField()),
                ('posting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='escalations', to='messaging.posting')),
                ('steering', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='groups.group')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('posting', 'steering', 'level'), name='escalated_once_per_level')],
            },
        ),
        migrations.CreateModel(
            name='Holder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('how', models.CharField(choices=[('reported', 'reported it'), ('called', 'called the police too'), ('forwarded', 'forwarded the message from the police'), ('handed_over', 'took it over')], max_length=12)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='holders', to='cases.case')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='groups.group')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='holdings', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('until', None)), fields=('case', 'group'), name='one_holder_per_case_and_group')],
            },
        ),
        migrations.CreateModel(
            name='Judgement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verdict', models.CharField(choices=[('forwarded', 'forwarded'), ('not_relevant', 'not relevant to others'), ('followed', 'went along by itself'), ('ours', 'placed by ourselves')], max_length=12)),
                ('at', models.DateTimeField()),
                ('undone_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made', models.ManyToManyField(related_name='made_by', to='messaging.posting')),
                ('posting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='judgements', to='messaging.posting')),
                ('steering', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='judgements', to='groups.group')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('undone_at', None)), fields=('posting', 'steering'), name='judged_once_per_steering_group')],
            },
        ),
        migrations.CreateModel(
            name='Follow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='follows', to='cases.case')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='groups.group')),
                ('steering', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='groups.group')),
                ('target', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='groups.group')),
                ('judgement', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='follows', to='cases.judgement')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('until', None)), fields=('case', 'steering', 'source', 'target'), name='followed_once_per_target')],
            },
        ),
        migrations.CreateModel(
            name='Advised',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('proposed', models.JSONField(default=list)),
                ('chosen', models.JSONField(default=list)),
                ('followed', models.CharField(choices=[('wholly', 'followed'), ('partly', 'followed in part'), ('not', 'not followed')], max_length=6)),
                ('judgement', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='advised', to='cases.judgement')),
            ],
        ),
    ]
