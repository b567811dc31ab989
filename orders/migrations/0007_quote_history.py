"""A quote's history is only ever added to; names, comments and values in it can be emptied."""

from django.db import migrations

from config.kit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("orders", "0006_quotes")]

    operations = [
        append_only("orders_quoteevent", ("actor_name", "behalf_name", "comment")),
        append_only("orders_quotechange", ("old", "new")),
    ]
