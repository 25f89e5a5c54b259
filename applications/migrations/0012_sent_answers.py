"""What was answered in a round that is over was sent when the round was closed."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def sent_with_their_round(apps, schema_editor):
    item = apps.get_model("applications", "SupplementItem")
    request = apps.get_model("applications", "SupplementRequest")
    closed = request.objects.filter(pk=OuterRef("request_id")).values("closed_at")[:1]
    item.objects.filter(
        request__closed_because="answered", answered_at__isnull=False, sent_at=None
    ).update(sent_at=Subquery(closed))


class Migration(migrations.Migration):
    dependencies = [("applications", "0011_supplement_items")]
    operations = [migrations.RunPython(sent_with_their_round, migrations.RunPython.noop)]
