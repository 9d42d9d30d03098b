"""When somebody last stood at a mailbox whose server tells of new mail by itself."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchange", "0010_senders_by_domain")]

    operations = [migrations.AddField("feed", "told_at_once_at", models.DateTimeField(null=True))]
