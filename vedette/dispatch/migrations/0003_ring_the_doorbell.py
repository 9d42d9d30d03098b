from django.db import migrations

#: Whoever writes an outbox row or leases tells the engines that listen, when the transaction commits.
RING = """
CREATE FUNCTION vedette_ring() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_notify('vedette_dispatch', ''); RETURN NULL; END $$;
CREATE TRIGGER vedette_ring AFTER INSERT ON warnings_outbox
    FOR EACH STATEMENT EXECUTE FUNCTION vedette_ring();
CREATE TRIGGER vedette_ring AFTER INSERT ON dispatch_lease
    FOR EACH STATEMENT EXECUTE FUNCTION vedette_ring();
"""
SILENCE = """
DROP TRIGGER vedette_ring ON warnings_outbox;
DROP TRIGGER vedette_ring ON dispatch_lease;
DROP FUNCTION vedette_ring();
"""


def _ring(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(RING)


def _silence(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(SILENCE)


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0002_places_of_deliveries"), ("warnings", "0001_initial")]

    operations = [migrations.RunPython(_ring, _silence)]
