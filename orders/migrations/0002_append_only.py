"""History is only ever added to."""

from django.db import migrations

from config.kit.append_only import append_only

TEXTS = ("actor_name", "behalf_name", "comment")


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]

    operations = [
        append_only("orders_orderevent", TEXTS),
    ]
