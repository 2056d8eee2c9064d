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
            name='Corner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='street corner or place')),
                ('number', models.PositiveSmallIntegerField(default=1, verbose_name='how many')),
                ('permitted_by', models.CharField(blank=True, max_length=80, verbose_name='who permits it')),
                ('permitted_on', models.DateField(blank=True, null=True, verbose_name='permitted on')),
                ('ordered_on', models.DateField(blank=True, null=True, verbose_name='ordered on')),
                ('placed_on', models.DateField(blank=True, null=True, verbose_name='placed on')),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='corners', to='places.district')),
            ],
            options={
                'ordering': ('name', 'pk'),
                'constraints': [models.UniqueConstraint(models.F('district'), models.F('name'), name='corner_once_per_district')],
            },
        ),
        migrations.CreateModel(
            name='Quote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=400, verbose_name='the words')),
                ('named', models.CharField(max_length=100, verbose_name='the name below them')),
                ('state', models.CharField(choices=[('asked', 'asked'), ('agreed', 'said yes'), ('declined', 'does not want this'), ('revoked', 'taken back'), ('cancelled', 'no longer asked')], default='asked', max_length=10)),
                ('asked_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('used_at', models.DateTimeField(null=True)),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='quotes', to='places.district')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='quotes', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-asked_at', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('start', 'We begin'), ('meeting', 'A meeting'), ('milestone', 'A milestone'), ('warning', 'A warning'), ('year', 'The figures of a year'), ('article', 'Article for the municipality’s website'), ('post', 'Post for social media')], max_length=10)),
                ('language', models.CharField(max_length=5)),
                ('title', models.CharField(max_length=120, verbose_name='heading')),
                ('body', models.TextField(verbose_name='text')),
                ('version', models.PositiveIntegerField(default=1)),
                ('saved_at', models.DateTimeField()),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to='places.district')),
                ('saved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('quotes', models.ManyToManyField(blank=True, related_name='drafts', to='publicity.quote')),
            ],
            options={
                'constraints': [models.UniqueConstraint(models.F('district'), models.F('kind'), models.F('language'), name='one_draft_per_text_and_language')],
            },
        ),
        migrations.CreateModel(
            name='ShortLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('material', models.CharField(choices=[('poster-a3', 'Poster A3'), ('poster-a4', 'Poster A4'), ('flyer', 'Flyer A5'), ('door', 'Door sticker'), ('container', 'Sticker for a wheeled bin'), ('card', 'Card for new neighbours'), ('sign', 'Street sign'), ('letter', 'Letter to the press'), ('article', 'Article for the municipality'), ('post', 'Post for social media')], max_length=10)),
                ('code', models.CharField(max_length=12, unique=True)),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('gone', models.BooleanField(default=False, help_text='Its corner was taken off the list; what is printed keeps working.')),
                ('corner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='short_links', to='publicity.corner')),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='short_links', to='places.district')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('corner', None), ('gone', False)), fields=('district', 'material'), name='one_link_per_district_and_material'), models.UniqueConstraint(condition=models.Q(('corner__isnull', False)), fields=('corner', 'material'), name='one_link_per_corner_and_material')],
            },
        ),
        migrations.CreateModel(
            name='Scan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('number', models.PositiveIntegerField(default=0)),
                ('link', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scans', to='publicity.shortlink')),
            ],
            options={
                'constraints': [models.UniqueConstraint(models.F('link'), models.F('day'), name='scans_counted_once_per_link_and_day')],
            },
        ),
    ]
