import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('groups', '0001_initial'),
        ('joining', '0001_initial'),
        ('people', '__first__'),
        ('places', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('divide', 'divide a watch group'), ('create', 'make a new watch group'), ('merge', 'merge watch groups'), ('move', 'move a neighbourhood'), ('close', 'close a watch group')], max_length=8)),
                ('state', models.CharField(choices=[('open', 'being discussed'), ('rejected', 'not agreed'), ('withdrawn', 'withdrawn'), ('agreed', 'agreed'), ('done', 'carried out'), ('undone', 'undone')], default='open', max_length=10)),
                ('made_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField(help_text='Opinions given before the last change no longer count.')),
                ('decide_by', models.DateTimeField()),
                ('agreed_at', models.DateTimeField(blank=True, null=True)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='places.district')),
                ('done_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('steering', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='groups.group')),
            ],
            options={
                'ordering': ('-made_at',),
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('open', 'agreed'))), fields=('steering',), name='one_plan_at_a_time_per_steering_group')],
            },
        ),
        migrations.CreateModel(
            name='Part',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('is_new', models.BooleanField(default=False)),
                ('order', models.PositiveSmallIntegerField(default=0)),
                ('group', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='groups.group')),
                ('steering', models.ForeignKey(blank=True, help_text='The steering group that runs it; none: a new one.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='groups.group')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='growth.plan')),
            ],
            options={
                'ordering': ('order', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='Opinion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agrees', models.BooleanField()),
                ('words', models.CharField(blank=True, max_length=500, verbose_name='why')),
                ('at', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='opinions', to='growth.plan')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('plan', 'person'), name='one_opinion_per_plan')],
            },
        ),
        migrations.CreateModel(
            name='Allotment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('before', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='groups.group')),
                ('neighbourhood', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='places.neighbourhood')),
                ('part', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='allotments', to='growth.part')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='allotments', to='growth.plan')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('plan', 'neighbourhood'), name='neighbourhood_once_per_plan')],
            },
        ),
        migrations.CreateModel(
            name='Redrawing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('claim', 'other addresses'), ('create', 'a new neighbourhood'), ('split', 'a neighbourhood split in two')], max_length=6)),
                ('before', models.JSONField(default=dict, help_text='What the neighbourhood claimed before: postcodes, streets, codes and outline.')),
                ('at', models.DateTimeField()),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='redrawings', to='places.district')),
                ('made', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='places.neighbourhood')),
                ('neighbourhood', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='places.neighbourhood')),
            ],
            options={
                'ordering': ('-at', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='Move',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seen_at', models.DateTimeField(blank=True, help_text='When the member has read where they went.', null=True)),
                ('begun', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='groups.membership')),
                ('ended', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='groups.membership')),
                ('plan', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='moves', to='growth.plan')),
                ('redrawing', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='moves', to='growth.redrawing')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('plan__isnull', False), ('redrawing', None)), models.Q(('plan', None), ('redrawing__isnull', False)), _connector='OR'), name='move_has_one_reason')],
            },
        ),
        migrations.CreateModel(
            name='Resettled',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('after', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='places.neighbourhood')),
                ('application', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='joining.application')),
                ('before', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='places.neighbourhood')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('redrawing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='resettled', to='growth.redrawing')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('application', None), ('person__isnull', False)), models.Q(('application__isnull', False), ('person', None)), _connector='OR'), name='resettled_member_or_sign_up')],
            },
        ),
        migrations.CreateModel(
            name='Seat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('part', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seats', to='growth.part')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('part', 'person'), name='one_seat_per_part')],
            },
        ),
    ]
