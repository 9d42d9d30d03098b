"""Whom a message reached when it was approved, until it goes out."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('warnings', '0004_templates_and_their_all_clears'),
    ]

    operations = [
        migrations.CreateModel(
            name='ApprovedReach',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('people', models.BinaryField()),
                ('rows', models.BinaryField()),
                ('reasons', models.JSONField()),
                ('at', models.DateTimeField()),
                ('message', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='approved_reach', to='warnings.message')),
            ],
        ),
    ]
