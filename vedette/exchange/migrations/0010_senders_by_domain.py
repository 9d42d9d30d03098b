"""Whose mail is whose: rules of a mailbox by authenticated domain, and the domain that a mail was found to be from."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchange", "0009_shared_and_called_back")]

    operations = [
        migrations.AddField(
            "feed", "authserv_id", models.CharField(blank=True, default="", max_length=255), preserve_default=False
        ),
        migrations.AddField("feed", "senders", models.JSONField(default=dict)),
        migrations.AddField(
            "feeditem", "domain", models.CharField(blank=True, default="", max_length=255), preserve_default=False
        ),
    ]
