from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0004_who_wrote_back'),
    ]

    operations = [
        migrations.AddField(
            model_name='organisation',
            name='largest_area_km2',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
    ]
