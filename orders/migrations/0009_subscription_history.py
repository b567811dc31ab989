"""A subscription's history is only ever added to; names and comments in it can be emptied."""

from django.db import migrations

from config.kit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("orders", "0008_subscriptions")]

    operations = [
        append_only("orders_subscriptionevent", ("actor_name", "behalf_name", "comment")),
    ]
