"""Where positions are listened for."""

import vedette.access.sealed_fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('exchange', '0006_mailboxes_and_folders'),
    ]

    operations = [
        migrations.CreateModel(
            name='Listener',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('realm', models.CharField(max_length=8)),
                ('kind', models.CharField(choices=[('owntracks', 'OwnTracks over MQTT'), ('tak', 'TAK clients')], max_length=10)),
                ('settings', vedette.access.sealed_fields.SealedSettings(default=dict)),
                ('enabled', models.BooleanField(default=True)),
                ('state', models.CharField(blank=True, choices=[('', 'not begun'), ('listening', 'listening'), ('failing', 'failing')], default='', max_length=10)),
                ('remark', models.TextField(blank=True)),
                ('told_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('realm', 'kind'), name='listener_once')],
            },
        ),
    ]
