import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('groups', '0001_initial'),
        ('people', '__first__'),
        ('places', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Application',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('begun', 'not finished yet'), ('waiting', 'waits for admission'), ('full', 'on the waiting list'), ('elsewhere', 'lives where there is no district yet'), ('admitted', 'admitted'), ('declined', 'declined'), ('withdrawn', 'withdrawn')], default='begun', max_length=10)),
                ('origin', models.CharField(choices=[('signed_up', 'signed up'), ('imported', 'imported from a list')], default='signed_up', max_length=10)),
                ('language', models.CharField(default='nl', max_length=5)),
                ('first_name', models.CharField(blank=True, max_length=60, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=80, verbose_name='last name')),
                ('birth_year', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='year of birth')),
                ('postcode', models.CharField(blank=True, max_length=7, verbose_name='postcode')),
                ('house_number', models.PositiveIntegerField(blank=True, null=True, verbose_name='house number')),
                ('house_suffix', models.CharField(blank=True, max_length=10, verbose_name='suffix')),
                ('street', models.CharField(blank=True, max_length=80, verbose_name='street')),
                ('chosen_by_hand', models.BooleanField(default=False, help_text='The resident chose the neighbourhood; no source confirmed it.')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail address')),
                ('email_proven_at', models.DateTimeField(blank=True, null=True)),
                ('mobile', models.CharField(blank=True, max_length=16, verbose_name='mobile number')),
                ('mobile_proven_at', models.DateTimeField(blank=True, null=True)),
                ('channel', models.CharField(default='app', max_length=12, verbose_name='how to receive messages')),
                ('rules_accepted_at', models.DateTimeField(blank=True, null=True)),
                ('begun_at', models.DateTimeField(auto_now_add=True)),
                ('sent_at', models.DateTimeField(blank=True, db_index=True, null=True)),
                ('question', models.TextField(blank=True, verbose_name='question')),
                ('asked_at', models.DateTimeField(blank=True, null=True)),
                ('answer', models.TextField(blank=True, verbose_name='answer')),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decline_reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('district', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='places.district')),
                ('group', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='applications', to='groups.group')),
                ('neighbourhood', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='applications', to='places.neighbourhood')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='applications', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['district', 'state', 'sent_at'], name='joining_app_distric_f48c2c_idx'), models.Index(fields=['postcode', 'house_number'], name='joining_app_postcod_d736f6_idx')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('waiting', 'full')), models.Q(('email', ''), _negated=True)), fields=('district', 'email'), name='one_waiting_application_per_district')],
            },
        ),
        migrations.CreateModel(
            name='Barred',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(db_index=True, max_length=64)),
                ('until', models.DateTimeField()),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='places.district')),
            ],
        ),
        migrations.CreateModel(
            name='Code',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('to', models.CharField(choices=[('email', 'Email'), ('mobile', 'Mobile')], max_length=6)),
                ('address', models.CharField(max_length=254)),
                ('digest', models.CharField(max_length=64)),
                ('sent_at', models.DateTimeField()),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('used_at', models.DateTimeField(null=True)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='codes', to='joining.application')),
            ],
        ),
        migrations.CreateModel(
            name='CodeLetter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('made_at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('used_at', models.DateTimeField(blank=True, null=True)),
                ('application', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='code_letters', to='joining.application')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='code_letters', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Expulsion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=500, verbose_name='reason')),
                ('at', models.DateTimeField()),
                ('object_until', models.DateTimeField()),
                ('objection', models.TextField(blank=True, verbose_name='objection')),
                ('objected_at', models.DateTimeField(blank=True, null=True)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('upheld', models.BooleanField(blank=True, null=True)),
                ('answer', models.TextField(blank=True, verbose_name='answer to the objection')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('membership', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='expulsion', to='groups.membership')),
            ],
        ),
        migrations.CreateModel(
            name='Founding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('begun', 'e-mail address not proven yet'), ('waiting', 'waits for approval'), ('made', 'begun'), ('declined', 'declined')], default='begun', max_length=8)),
                ('town', models.CharField(max_length=60, verbose_name='municipality')),
                ('name', models.CharField(max_length=60, verbose_name='district')),
                ('neighbourhoods', models.JSONField(default=list)),
                ('asked_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('application', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='founding', to='joining.application')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('district', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='founding', to='places.district')),
                ('municipality', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='places.municipality')),
            ],
        ),
        migrations.CreateModel(
            name='HouseRules',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveSmallIntegerField()),
                ('published_at', models.DateTimeField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='house_rules', to='places.district')),
            ],
            options={
                'ordering': ('-version',),
                'constraints': [models.UniqueConstraint(fields=('district', 'version'), name='house_rules_version_once_per_district')],
            },
        ),
        migrations.CreateModel(
            name='HouseRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.SlugField()),
                ('order', models.PositiveSmallIntegerField()),
                ('text', models.TextField()),
                ('rules', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='joining.houserules')),
            ],
            options={
                'ordering': ('order',),
                'constraints': [models.UniqueConstraint(fields=('rules', 'name'), name='house_rule_once_per_version')],
            },
        ),
        migrations.AddField(
            model_name='application',
            name='rules',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='joining.houserules'),
        ),
        migrations.CreateModel(
            name='Acceptance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='acceptances', to=settings.AUTH_USER_MODEL)),
                ('rules', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acceptances', to='joining.houserules')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('person', 'rules'), name='accepted_once_per_version')],
            },
        ),
        migrations.CreateModel(
            name='MemberList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file_name', models.CharField(max_length=120)),
                ('header', models.JSONField(default=list)),
                ('columns', models.JSONField(default=dict, help_text='Which column of the list holds what, as the person has corrected it.')),
                ('rows', models.JSONField()),
                ('read_at', models.DateTimeField(auto_now_add=True)),
                ('begun_at', models.DateTimeField(blank=True, null=True)),
                ('done', models.PositiveIntegerField(default=0)),
                ('report', models.JSONField(default=list, help_text='Per row its number and what became of it; no name or address.')),
                ('imported_at', models.DateTimeField(blank=True, null=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('steering', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='member_lists', to='groups.group')),
            ],
        ),
        migrations.CreateModel(
            name='Proof',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('how', models.CharField(choices=[('letter', 'code by letter'), ('vouched', 'two neighbours vouched'), ('approved', 'approved by the phone manager'), ('imported', 'taken over from an existing list'), ('said', 'said so in the roll-call')], max_length=8)),
                ('proven_at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('renewal_asked_at', models.DateTimeField(blank=True, help_text='When the member was asked, once, to renew this proof.', null=True)),
                ('application', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='proofs', to='joining.application')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='proofs', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('application__isnull', False), ('person__isnull', False), _connector='OR'), name='proof_of_someone')],
            },
        ),
        migrations.CreateModel(
            name='RollCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('begun_at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='roll_calls', to='places.district')),
            ],
        ),
        migrations.CreateModel(
            name='RollAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lives_here', models.BooleanField()),
                ('at', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='roll_answers', to=settings.AUTH_USER_MODEL)),
                ('roll_call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='joining.rollcall')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('roll_call', 'person'), name='answered_once_per_roll_call')],
            },
        ),
        migrations.CreateModel(
            name='Vouch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='vouches', to='joining.application')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('application', 'person'), name='vouched_once_per_application')],
            },
        ),
    ]
