import datetime
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Municipality',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('code', models.CharField(blank=True, max_length=10, verbose_name='CBS code')),
                ('theme', models.CharField(blank=True, help_text='By which its style sheet is known; empty for our own look.', max_length=16)),
            ],
            options={
                'verbose_name': 'municipality',
                'verbose_name_plural': 'municipalities',
                'constraints': [models.UniqueConstraint(condition=models.Q(('code', ''), _negated=True), fields=('code',), name='code_once_per_municipality')],
            },
        ),
        migrations.CreateModel(
            name='District',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('slug', models.SlugField(unique=True)),
                ('remind_after', models.DurationField(default=datetime.timedelta(seconds=7200), help_text='First the case holders, then the steering members.', verbose_name='remind of an open case after')),
                ('judge_within', models.DurationField(default=datetime.timedelta(seconds=180), help_text='After that the other steering members are told, then those of the coordination group.', verbose_name='an alarm is judged within')),
                ('police_valid_for', models.DurationField(default=datetime.timedelta(seconds=43200), help_text='After that it withdraws by itself.', verbose_name='a message of the police holds for')),
                ('police_outcome_within', models.DurationField(default=datetime.timedelta(days=2), verbose_name='time to tell how a message of the police ended')),
                ('group_maximum', models.PositiveSmallIntegerField(default=100, verbose_name='most members in a watch group')),
                ('group_threshold', models.PositiveSmallIntegerField(default=80, verbose_name='propose to divide above this many members')),
                ('minimum_age', models.PositiveSmallIntegerField(default=18, verbose_name='minimum age')),
                ('open_for_sign_up', models.BooleanField(default=True, verbose_name='residents can sign up')),
                ('asks_letter', models.BooleanField(default=False, verbose_name='prove the address with a code by letter')),
                ('asks_vouching', models.BooleanField(default=False, verbose_name='two neighbours vouch for a new member')),
                ('asks_approval', models.BooleanField(default=True, verbose_name='the phone manager admits every new member')),
                ('proof_lasts', models.DurationField(default=datetime.timedelta(days=365), verbose_name='proof of living here is renewed after')),
                ('quorum', models.PositiveSmallIntegerField(default=2, verbose_name='steering members who must agree')),
                ('consultation_term', models.DurationField(default=datetime.timedelta(days=7), verbose_name='time to agree or object')),
                ('objection_term', models.DurationField(default=datetime.timedelta(days=14), verbose_name='time to object to an expulsion')),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('closed_reason', models.CharField(blank=True, max_length=300, verbose_name='why it closed')),
                ('expulsion_remembered', models.DurationField(default=datetime.timedelta(days=730), verbose_name='an expulsion is recognised for')),
                ('is_public', models.BooleanField(default=True, help_text='A district that has just begun waits until it has its people.', verbose_name='visitors can find it')),
                ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='places.district')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='districts', to='places.municipality')),
            ],
        ),
        migrations.CreateModel(
            name='Neighbourhood',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('households', models.PositiveIntegerField(blank=True, null=True, verbose_name='households')),
                ('longitude', models.FloatField(blank=True, null=True)),
                ('latitude', models.FloatField(blank=True, null=True)),
                ('outline', models.JSONField(blank=True, null=True)),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='neighbourhoods', to='places.district')),
            ],
            options={
                'constraints': [models.UniqueConstraint(models.F('district'), models.F('name'), name='neighbourhood_name_once_per_district')],
            },
        ),
        migrations.CreateModel(
            name='Extent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('postcode', 'postcode, or the first four or five characters of one'), ('street', 'street'), ('cbs', 'neighbourhood code of CBS')], max_length=10)),
                ('value', models.CharField(max_length=80)),
                ('key', models.CharField(help_text='The value as it is compared: capitals, spaces and accents of a street do not count.', max_length=80)),
                ('neighbourhood', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='extents', to='places.neighbourhood')),
            ],
            options={
                'indexes': [models.Index(models.F('kind'), models.F('key'), name='extent_by_key')],
                'constraints': [models.UniqueConstraint(models.F('neighbourhood'), models.F('kind'), models.F('key'), name='extent_once_per_neighbourhood')],
            },
        ),
        migrations.CreateModel(
            name='Adjoining',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('adjoins', models.BooleanField(default=True)),
                ('first', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='places.neighbourhood')),
                ('second', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='places.neighbourhood')),
            ],
            options={
                'constraints': [models.UniqueConstraint(models.F('first'), models.F('second'), name='adjoining_kept_once'), models.CheckConstraint(condition=models.Q(('first__lt', models.F('second'))), name='adjoining_lowest_first')],
            },
        ),
        migrations.CreateModel(
            name='PostcodeTable',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('municipality', models.CharField(max_length=6, verbose_name='CBS code')),
                ('year', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('current', models.BooleanField(default=False)),
                ('read_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(models.F('municipality'), condition=models.Q(('current', True)), name='one_current_table_per_municipality')],
            },
        ),
        migrations.CreateModel(
            name='PostcodeRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('postcode', models.CharField(max_length=6)),
                ('number', models.PositiveIntegerField()),
                ('neighbourhood', models.CharField(max_length=10)),
                ('table', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='places.postcodetable')),
            ],
            options={
                'indexes': [models.Index(models.F('postcode'), name='row_by_postcode')],
            },
        ),
        migrations.CreateModel(
            name='Theme',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tokens', models.JSONField(blank=True, default=dict)),
                ('draft', models.JSONField(blank=True, default=dict)),
                ('municipality', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='look', to='places.municipality')),
            ],
        ),
    ]
