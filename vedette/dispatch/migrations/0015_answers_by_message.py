import django.db.models.deletion
from django.db import migrations, models

#: What there was before it was counted as it is written.
COUNT = """INSERT INTO dispatch_messageanswers (message_id, count)
    SELECT message_id, count(DISTINCT recipient_id) FROM dispatch_acknowledgement GROUP BY message_id"""


class Migration(migrations.Migration):

    dependencies = [
        ('dispatch', '0014_states_corrected'),
        ('warnings', '0005_approved_reach'),
    ]

    operations = [
        migrations.CreateModel(
            name='MessageAnswers',
            fields=[
                ('message', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='warnings.message')),
                ('count', models.BigIntegerField()),
            ],
        ),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
    ]
