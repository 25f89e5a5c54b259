from django.db import migrations, models
from django.db.models.functions import TruncDate
from zoneinfo import ZoneInfo


def fill(apps, schema_editor):
    """A check from before this column: the day it was recorded is the latest the reply came."""
    checks = apps.get_model("reviews", "ClaimCheck").objects.filter(
        method="issuer", answered_on=None
    )
    checks.update(answered_on=TruncDate("checked_at", tzinfo=ZoneInfo("Asia/Seoul")))


class Migration(migrations.Migration):

    dependencies = [
        ('reviews', '0006_inquiries'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='claimcheck',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('method__in', ['issuer', 'employer']), _negated=True), ('answered_on__isnull', False), _connector='OR'), name='claim_check_reply_has_its_day', violation_error_message='회신을 받은 날을 적어 주세요.'),
        ),
    ]
