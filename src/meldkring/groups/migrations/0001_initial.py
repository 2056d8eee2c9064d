import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '__first__'),
        ('places', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Group',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('watch', 'watch group'), ('steering', 'steering group'), ('coordination', 'coordination group'), ('municipal', 'municipal coordination group')], max_length=12)),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('screens_first', models.BooleanField(default=False, verbose_name='show messages only after screening')),
                ('closed_at', models.DateTimeField(blank=True, help_text='A closed group can be read back by who was in it, and takes no more.', null=True)),
                ('last_number', models.PositiveIntegerField(default=0)),
                ('last_change', models.PositiveIntegerField(default=0)),
                ('district', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='groups', to='places.district')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='groups', to='places.municipality')),
                ('neighbourhoods', models.ManyToManyField(blank=True, related_name='watch_groups', to='places.neighbourhood')),
                ('run_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='groups.group')),
            ],
            options={
                'ordering': ('kind', 'name'),
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'watch'), _negated=True), ('run_by__isnull', False), _connector='OR'), name='watch_group_is_run_by_a_steering_group'), models.CheckConstraint(condition=models.Q(('kind', 'municipal'), ('district__isnull', False), _connector='OR'), name='only_municipal_group_has_no_district'), models.UniqueConstraint(condition=models.Q(('closed_at', None), ('kind', 'coordination')), fields=('district',), name='one_coordination_group_per_district'), models.UniqueConstraint(condition=models.Q(('closed_at', None), ('kind', 'municipal')), fields=('municipality',), name='one_municipal_group_per_municipality')],
            },
        ),
        migrations.CreateModel(
            name='Appointment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('email', models.EmailField(max_length=254)),
                ('proposed_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='appointments', to='places.district')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='appointments', to=settings.AUTH_USER_MODEL)),
                ('proposed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('steering', models.ManyToManyField(blank=True, related_name='+', to='groups.group')),
            ],
            options={
                'ordering': ('-proposed_at', '-pk'),
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('district', 'email'), name='officer_once_per_district')],
            },
        ),
        migrations.CreateModel(
            name='Link',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('proposed_at', models.DateTimeField()),
                ('agreed_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, help_text='Declined, withdrawn, or no longer linked.', null=True)),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links', to='places.district')),
                ('municipal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links', to='groups.group')),
                ('proposed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('district',), name='one_link_per_district')],
            },
        ),
        migrations.CreateModel(
            name='Agreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('link', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='agreements', to='groups.link')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('link', 'person'), name='agreed_once_per_link')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('member', 'member'), ('steering', 'steering member'), ('phone_manager', 'phone manager'), ('deputy', 'deputy phone manager'), ('officer', 'community officer'), ('official', 'municipal official'), ('administrator', 'administrator')], default='member', max_length=14)),
                ('joined_at', models.DateTimeField()),
                ('left_at', models.DateTimeField(blank=True, null=True)),
                ('kind', models.CharField(choices=[('watch', 'watch group'), ('steering', 'steering group'), ('coordination', 'coordination group'), ('municipal', 'municipal coordination group')], help_text='The kind of the group, kept here for the rule of one watch group.', max_length=12)),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='groups.group')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['person', 'left_at'], name='groups_memb_person__7544f3_idx')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('left_at', None)), fields=('group', 'person'), name='one_membership_per_person_and_group'), models.UniqueConstraint(condition=models.Q(('kind', 'watch'), ('left_at', None)), fields=('person',), name='one_watch_group_per_resident'), models.UniqueConstraint(condition=models.Q(('left_at', None), ('role', 'phone_manager')), fields=('group',), name='one_phone_manager_per_steering_group'), models.UniqueConstraint(condition=models.Q(('left_at', None), ('role', 'deputy')), fields=('group',), name='one_deputy_per_steering_group')],
            },
        ),
        migrations.CreateModel(
            name='PublicName',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agreed_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='public_names', to=settings.AUTH_USER_MODEL)),
                ('steering', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='public_names', to='groups.group')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('person', 'steering'), name='agreed_once_to_be_named')],
            },
        ),
        migrations.CreateModel(
            name='Reviewed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reviews', to='groups.membership')),
            ],
        ),
        migrations.CreateModel(
            name='Shift',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shifts', to=settings.AUTH_USER_MODEL)),
                ('steering', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shifts', to='groups.group')),
            ],
            options={
                'ordering': ('starts_at',),
                'indexes': [models.Index(fields=['steering', 'ends_at'], name='groups_shif_steerin_410b97_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='shift_ends_after_it_starts')],
            },
        ),
        migrations.CreateModel(
            name='Chosen',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(blank=True, null=True)),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='chosen', to='places.district')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='chosen', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('until', None)), fields=('district', 'person'), name='chosen_once_per_district')],
            },
        ),
        migrations.CreateModel(
            name='ContactCard',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('station', models.CharField(blank=True, max_length=100, verbose_name='station')),
                ('phone', models.CharField(blank=True, max_length=30, verbose_name='telephone')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail address')),
                ('agreements', models.TextField(blank=True, verbose_name='what we agreed')),
                ('handed_over', models.TextField(blank=True, verbose_name='handed over to the next officer')),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contact_cards', to='places.district')),
            ],
            options={
                'ordering': ('-since', '-pk'),
                'constraints': [models.UniqueConstraint(condition=models.Q(('until', None)), fields=('district',), name='one_current_contact_card')],
            },
        ),
    ]
