"""History is only ever added to."""

from django.db import migrations

from config.kit.append_only import append_only

TEXTS = ("actor_name", "behalf_name", "comment")


class Migration(migrations.Migration):
    dependencies = [("approvals", "0002_initial")]

    operations = [
        append_only("approvals_approvalevent", TEXTS),
        append_only("approvals_snapshot"),
        append_only("approvals_answer"),
    ]
