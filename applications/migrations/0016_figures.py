"""One narrow row of figures per received case; the day a case came to its stage in its queue row."""

import django.db.models.deletion
from django.db import migrations, models

import programs.calendar
from programs.calendar import SEOUL

PIECE = 1000
SETTLED_AT = {
    "waiting_quota": "approved",
    "approved": "approved",
    "issued": "approved",
    "refused": "refused",
    "returned": "returned",
    "withdrawn": "withdrawn",
}
# Goes on from one settled stage to another without being settled anew.
FOLLOWS = {("waiting_quota", "approved"), ("approved", "issued")}


def count_what_is_there(apps, schema_editor):
    Application = apps.get_model("applications", "Application")
    StageChange = apps.get_model("applications", "StageChange")
    Claim = apps.get_model("applications", "Claim")
    QueueRow = apps.get_model("applications", "QueueRow")
    FigureRow = apps.get_model("applications", "FigureRow")
    received = Application.objects.exclude(received_at=None).order_by("pk")
    columns = ("pk", "office_id", "programme_id", "stage", "stage_since", "received_at")
    last = 0
    while piece := list(received.filter(pk__gt=last).values(*columns)[:PIECE]):
        last = piece[-1]["pk"]
        keys = [row["pk"] for row in piece]
        settled = {}
        for change in StageChange.objects.filter(application__in=keys).order_by("pk").values(
            "application_id", "from_stage", "to_stage", "at"
        ):
            if (change["from_stage"], change["to_stage"]) not in FOLLOWS:
                settled[change["application_id"]] = change["at"]
        contracts = Claim.objects.filter(application__in=keys, kind="contract").values_list(
            "application_id", "declared"
        )
        jobs = {key: (declared or {}).get("occupation") for key, declared in contracts}
        made = []
        for row in piece:
            job = jobs.get(row["pk"])
            outcome = SETTLED_AT.get(row["stage"], "")
            since = row["stage_since"].astimezone(SEOUL).date()
            first = row["received_at"].astimezone(SEOUL).date()
            on = settled.get(row["pk"], row["stage_since"]).astimezone(SEOUL).date()
            made.append(
                FigureRow(
                    application_id=row["pk"],
                    office_id=row["office_id"],
                    programme_id=row["programme_id"],
                    occupation=job[:16] if isinstance(job, str) else "",
                    received_on=first,
                    settled_on=max(on, first) if outcome else None,
                    outcome=outcome,
                )
            )
            if not outcome or row["stage"] in ("waiting_quota", "approved"):
                QueueRow.objects.filter(pk=row["pk"]).update(since=since)
        FigureRow.objects.bulk_create(made)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_joining"),
        ("applications", "0015_notifying"),
        ("programs", "0003_shared_answers"),
    ]

    operations = [
        migrations.AddField(
            model_name="queuerow",
            name="since",
            field=models.DateField(default=programs.calendar.today),
        ),
        migrations.CreateModel(
            name="FigureRow",
            fields=[
                ("application", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="figure_row", serialize=False, to="applications.application")),
                ("occupation", models.CharField(blank=True, default="", max_length=16)),
                ("received_on", models.DateField()),
                ("settled_on", models.DateField(blank=True, null=True)),
                ("outcome", models.CharField(blank=True, choices=[("approved", "승인"), ("refused", "불허"), ("returned", "반려"), ("withdrawn", "취하")], default="", max_length=16)),
                ("office", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.office")),
                ("programme", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="programs.programme")),
            ],
            options={
                "verbose_name": "통계 행",
                "verbose_name_plural": "통계 행",
                "indexes": [
                    models.Index(fields=["programme", "received_on"], name="figures_received"),
                    models.Index(condition=models.Q(("settled_on__isnull", False)), fields=["programme", "settled_on", "outcome", "occupation", "received_on", "application"], name="figures_settled"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(models.Q(("outcome", ""), ("settled_on", None)), models.Q(("outcome__in", ["approved", "refused", "returned", "withdrawn"]), ("settled_on__isnull", False)), _connector="OR"), name="figure_row_settled_whole"),
                    models.CheckConstraint(condition=models.Q(("settled_on", None), ("settled_on__gte", models.F("received_on")), _connector="OR"), name="figure_row_settled_after_receipt"),
                ],
            },
        ),
        migrations.RunPython(count_what_is_there, migrations.RunPython.noop),
    ]
