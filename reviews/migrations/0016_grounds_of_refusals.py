from django.db import migrations


def give_grounds(apps, schema_editor):
    """A refusal of a time when none was asked for rests on its words alone."""
    decisions = apps.get_model("reviews", "Decision").objects
    decisions.filter(outcome="refuse", grounds=[]).update(grounds=["other:stated"])


class Migration(migrations.Migration):
    dependencies = [("reviews", "0015_retired_institutions")]

    operations = [migrations.RunPython(give_grounds, migrations.RunPython.noop)]
