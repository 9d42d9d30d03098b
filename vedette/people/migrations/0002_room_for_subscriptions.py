from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='contactpoint',
            name='address',
            field=models.CharField(max_length=1000),
        ),
    ]
