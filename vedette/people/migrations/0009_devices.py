"""Devices that are paired with people, and fixes that somebody gave themselves."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0008_held_leavers'),
    ]

    operations = [
        migrations.AddField(
            model_name='position',
            name='offered',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.CreateModel(
            name='Device',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('realm', models.CharField(max_length=8)),
                ('kind', models.CharField(choices=[('owntracks', 'OwnTracks'), ('tak', 'TAK (Cursor on Target)'), ('traccar', 'Traccar, OsmAnd')], max_length=10)),
                ('name', models.CharField(max_length=200)),
                ('certificate', models.CharField(blank=True, max_length=200)),
                ('digest', models.BinaryField(max_length=32, unique=True)),
                ('paired_at', models.DateTimeField()),
                ('heard_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, max_length=20)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='devices', to='people.person')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('realm', 'kind', 'name'), name='device_name_once')],
            },
        ),
    ]
