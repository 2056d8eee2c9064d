import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('groups', '0001_initial'),
        ('places', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Passage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case', models.PositiveBigIntegerField()),
                ('day', models.DateField()),
                ('origin', models.BooleanField(help_text='The case began here.')),
                ('exercise', models.BooleanField()),
                ('called', models.CharField(choices=[('by_me', '112 called by the reporter'), ('by_other', '112 called by someone else'), ('not_needed', 'not urgent, 112 not needed'), ('police', 'comes from the police')], max_length=10)),
                ('verdict', models.CharField(choices=[('forwarded', 'passed on'), ('not_relevant', 'not of use to others'), ('none', 'not judged')], default='none', max_length=12)),
                ('outcome', models.CharField(blank=True, choices=[('good', 'Ended well'), ('innocent', 'Turned out to be innocent'), ('caught', 'The police have someone'), ('gone', 'No longer seen'), ('harm', 'Damage or theft'), ('no_word', 'No word from the police')], max_length=10)),
                ('with_place', models.BooleanField(default=False)),
                ('with_direction', models.BooleanField(default=False)),
                ('hidden', models.BooleanField(default=False)),
                ('arrived_after', models.PositiveIntegerField(null=True)),
                ('told_after', models.PositiveIntegerField(null=True)),
                ('judged_after', models.PositiveIntegerField(null=True)),
                ('coordination_after', models.PositiveIntegerField(null=True)),
                ('elsewhere_after', models.PositiveIntegerField(null=True)),
                ('reaction_after', models.PositiveIntegerField(null=True)),
                ('closed_after', models.PositiveIntegerField(null=True)),
                ('kept_at', models.DateTimeField()),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='passages', to='groups.group')),
            ],
            options={
                'indexes': [models.Index(fields=['group', 'day'], name='figures_pas_group_i_b8fbc2_idx'), models.Index(condition=models.Q(('origin', True)), fields=['case'], name='passage_kept')],
                'constraints': [models.UniqueConstraint(fields=('case', 'group'), name='one_passage_per_case_and_group')],
            },
        ),
        migrations.CreateModel(
            name='PoliceCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('neighbourhood', models.CharField(help_text='The code of CBS.', max_length=10)),
                ('kind', models.CharField(choices=[('burglary', 'burglaries of homes'), ('all', 'all recorded crimes')], max_length=10)),
                ('year', models.PositiveSmallIntegerField()),
                ('count', models.PositiveIntegerField()),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='police_counts', to='places.municipality')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('neighbourhood', 'kind', 'year'), name='police_count_once')],
            },
        ),
        migrations.CreateModel(
            name='Size',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(help_text='Its first day.')),
                ('members', models.PositiveIntegerField()),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sizes', to='groups.group')),
            ],
            options={
                'indexes': [models.Index(fields=['month'], name='size_by_month')],
                'constraints': [models.UniqueConstraint(fields=('group', 'month'), name='one_size_per_group_and_month')],
            },
        ),
        migrations.CreateModel(
            name='Told',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=20)),
                ('within_5', models.PositiveIntegerField(default=0)),
                ('within_15', models.PositiveIntegerField(default=0)),
                ('within_60', models.PositiveIntegerField(default=0)),
                ('within_300', models.PositiveIntegerField(default=0)),
                ('within_900', models.PositiveIntegerField(default=0)),
                ('later', models.PositiveIntegerField(default=0)),
                ('failed', models.PositiveIntegerField(default=0)),
                ('passage', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='told', to='figures.passage')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('passage', 'channel'), name='told_once_per_channel')],
            },
        ),
    ]
