"""Claims of every group of facts: a person's history, a company's counts, own questions."""

from django.db import migrations, models

KINDS = [
    ("identity", "인적사항"),
    ("degree", "학력"),
    ("career", "경력"),
    ("contract", "고용계약"),
    ("employer", "회사 현황"),
    ("language", "한국어 능력"),
    ("licence", "자격·면허"),
    ("training", "교육"),
    ("person", "외국인의 상황"),
    ("status", "체류 이력"),
    ("income", "소득"),
    ("penalty", "처벌·체납 이력"),
    ("achievement", "실적"),
    ("recommendation", "추천"),
    ("headcount", "날짜별 인원"),
    ("foreigner", "체류자격별 외국인"),
    ("own", "프로그램별 확인 사항"),
]
SINGLE = ["identity", "contract", "employer", "person", "own"]


class Migration(migrations.Migration):
    dependencies = [("applications", "0003_lists_of_an_office")]

    operations = [
        migrations.RemoveConstraint(model_name="claim", name="claim_kind_known"),
        migrations.RemoveConstraint(model_name="claim", name="claim_single_kinds_first_place"),
        migrations.AlterField(
            model_name="claim",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=16),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                name="claim_kind_known",
                condition=models.Q(("kind__in", [kind for kind, _label in KINDS])),
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                name="claim_single_kinds_first_place",
                condition=models.Q(
                    models.Q(("kind__in", SINGLE), _negated=True),
                    ("position", 0),
                    _connector="OR",
                ),
            ),
        ),
    ]
