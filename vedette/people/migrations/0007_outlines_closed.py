"""Close the outlines of saved areas that were kept open: such a one is refused now, and no audience could be counted."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from vedette.places.geometry import closed


def close(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Write back those that differ."""
    for area in apps.get_model("people", "SavedArea").objects.all().iterator():
        if (geometry := closed(area.geometry)) is not area.geometry:
            area.geometry = geometry
            area.save(update_fields=["geometry"])


class Migration(migrations.Migration):
    dependencies = [("people", "0006_short_forms")]
    operations = [migrations.RunPython(close, migrations.RunPython.noop)]
