import django.db.models.deletion
from django.db import migrations, models

#: What there was before it was counted as it is written: recipients by state, and each recipient's first answer.
HEADS = """INSERT INTO dispatch_headcount (warning_id, state, count)
    SELECT warning_id, state, count(*) FROM dispatch_recipient GROUP BY warning_id, state"""
ANSWERS = """INSERT INTO dispatch_answertally (warning_id, second, count, late, first_at, last_at)
    SELECT warning_id, {second}, count(*), sum(late), min(at), max(at) FROM (
        SELECT r.warning_id, a.recipient_id, min(a.at) AS at, min(CASE WHEN a.late THEN 1 ELSE 0 END) AS late
        FROM dispatch_acknowledgement a JOIN dispatch_recipient r ON r.id = a.recipient_id
        GROUP BY r.warning_id, a.recipient_id) firsts
    GROUP BY warning_id, {second}"""
SECOND = {"sqlite": "CAST(strftime('%s', at) AS INTEGER)", "postgresql": "CAST(floor(extract(epoch FROM at)) AS bigint)"}


def _count(apps, schema_editor):
    schema_editor.execute(HEADS, params=None)
    schema_editor.execute(ANSWERS.format(second=SECOND[schema_editor.connection.vendor]), params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('dispatch', '0003_ring_the_doorbell'),
        ('people', '0003_wardens_and_quiet_hours'),
        ('warnings', '0002_named_plans'),
    ]

    operations = [
        migrations.CreateModel(
            name='AnswerTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('second', models.BigIntegerField()),
                ('count', models.BigIntegerField()),
                ('late', models.BigIntegerField()),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
                ('warning', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='warnings.warning')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('warning', 'second'), name='answers_once_a_second')],
            },
        ),
        migrations.CreateModel(
            name='Headcount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('open', 'open'), ('safe', 'safe'), ('needs_help', 'needs_help'), ('acknowledged', 'acknowledged'), ('attested', 'attested'), ('unanswered', 'unanswered'), ('failed', 'failed'), ('cancelled', 'cancelled')], max_length=12)),
                ('count', models.BigIntegerField()),
                ('warning', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='warnings.warning')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('warning', 'state'), name='headcount_once')],
            },
        ),
        migrations.RemoveConstraint(
            model_name='escalation',
            name='escalated_once_per_step',
        ),
        migrations.AddIndex(
            model_name='recipient',
            index=models.Index(condition=models.Q(('late', True)), fields=['warning'], name='recipient_late'),
        ),
        migrations.AddIndex(
            model_name='recipient',
            index=models.Index(condition=models.Q(('presence', 'maybe')), fields=['warning'], name='recipient_maybe'),
        ),
        migrations.AddConstraint(
            model_name='escalation',
            constraint=models.UniqueConstraint(fields=('message', 'recipient', 'step'), name='escalated_once_per_step'),
        ),
        migrations.RunPython(_count, migrations.RunPython.noop),
    ]
