"""Every component on one page, with invented contents. Only in a demonstration."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.charts import burndown, quota_bar
from portal.forecast import Weeks

SEOUL = ZoneInfo("Asia/Seoul")


class SampleForm(forms.Form):
    """One field of each kind, with Django's own widgets: the renderer dresses them."""

    name = forms.CharField(label="글자 칸", help_text="도움말은 칸 아래에 있습니다.")
    born = forms.DateField(label="날짜")
    amount = forms.IntegerField(label="금액 (원)", min_value=0)
    choice = forms.ChoiceField(
        label="고르기", choices=[("", "선택하세요"), ("a", "첫째"), ("b", "둘째")]
    )
    kind = forms.ChoiceField(
        label="하나 고르기",
        choices=[("a", "국내 체류"), ("b", "해외 체류")],
        widget=forms.RadioSelect,
    )
    several = forms.MultipleChoiceField(
        label="여럿 고르기",
        choices=[("a", "영어"), ("b", "한국어"), ("c", "베트남어")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    file = forms.FileField(label="파일", required=False)
    text = forms.CharField(label="긴 글", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    agree = forms.BooleanField(label="위 내용이 사실임을 확인합니다.")


class SampleRow(forms.Form):
    school = forms.CharField(label="학교")
    awarded = forms.DateField(label="학위 수여일")


SampleRows = forms.formset_factory(SampleRow, extra=2, can_delete=True)


def rule(kind: str, verdict: str, ko: str, en: str, **more: Any) -> dict[str, Any]:
    """A node as `programs.rules.engine` gives it."""
    empty = {"observed": None, "required": None, "source": [], "missing": [], "children": []}
    text = {"ko": ko, "en": en}
    return {**empty, "kind": kind, "code": "", "verdict": verdict, "text": text} | {
        "assumed": False,
        **more,
    }


TREE = rule("all_of", "unknown", "", "", children=[
    rule("fact", "met", "보기 요건 가", "Sample rule A", fact="candidate.age",
         required={"at_least": 18}, observed=31, assumed=True),
    rule("any_of", "unknown", "", "", children=[
        rule("fact", "not_met", "보기 요건 나", "Sample rule B", fact="candidate.in_korea",
             required={"is": True}, observed=False),
        rule("experience", "unknown", "보기 요건 다", "Sample rule C",
             required={"days": 1095, "years": 3}, missing=["careers[0].from"],
             source=[{"title": {"ko": "보기 출처", "en": "Sample source"}, "where": "1",
                      "url": "", "dated": ""}]),
    ]),
    rule("not", "met", "", "", children=[
        rule("fact", "not_met", "보기 결격 사유", "Sample disqualification",
             fact="employer.tax_arrears", required={"is": True}, observed=False)]),
    rule("when", "met", "", "", applies="no", children=[
        rule("fact", "not_met", "보기 조건", "Sample condition", fact="candidate.in_korea",
             required={"is": True}, observed=False),
        rule("fact", "unknown", "보기 요건 라", "Sample rule D", fact="job.annual_pay",
             required={"at_least": 1000}, missing=["job.annual_pay"])]),
])  # fmt: skip


def samples() -> dict[str, Any]:
    """Return one made-up context per component; nothing of it is a real figure or rule."""
    at = datetime(2026, 3, 9, 10, 12, tzinfo=SEOUL)
    start = date(2026, 1, 1)
    left = [(start + timedelta(days=30 * n), 100 - n * (n + 3)) for n in range(7)]
    return {
        "summary": [
            {"label": "접수번호", "value": "SAMPLE-000001"},
            {"label": "회사", "value": "보기 주식회사"},
            {"label": "외국인", "value": "NGUYỄN THỊ MINH ANH", "lang": "vi"},
            {"label": "처리 기한", "value": date(2026, 3, 20), "days": 3},
        ],
        "steps": [
            {"label": "신청", "state": "done"},
            {"label": "서류 심사", "state": "done"},
            {"label": "사실 확인", "state": "now"},
            {"label": "결정", "state": "todo"},
            {"label": "발급", "state": "todo"},
        ],
        "events": [
            {"state": "done", "title": "신청 접수", "at": at, "who": "보기 담당자"},
            {"state": "warn", "title": "보완 요청", "at": at, "label": "보완", "tone": "warning",
             "note": "학위증명서의 아포스티유를 확인해 주세요."},
            {"state": "now", "title": "사실 확인"},
            {"state": "todo", "title": "결정"},
        ],
        "tiles": [
            {"label": "내 담당", "value": 14, "unit": "건", "href": "#tiles"},
            {"label": "기한 임박", "value": 3, "unit": "건", "tone": "warn", "note": "3일 안"},
            {"label": "기한 초과", "value": 2, "unit": "건", "tone": "bad"},
            {"label": "보완 대기", "value": 6, "unit": "건"},
        ],
        "bars": [
            quota_bar(size=100, issued=30, held=20),
            quota_bar(size=100, issued=80, held=13),
            quota_bar(size=10, issued=9, held=1, waiting=4),
        ],
        "chart": burndown(
            size=100,
            start=start,
            end=date(2026, 12, 31),
            left=left,
            today=left[-1][0],
            behind=Weeks((1, 2, 2, 3, 2, 4, 3, 3, 2, 4), left[-1][0]),
        ),
        "tabs": [
            {"label": "내 담당", "url": "#tabs", "current": True, "count": 14},
            {"label": "보완 대기", "url": "#tabs", "count": 6},
            {"label": "전체", "url": "#tabs"},
        ],
        "documents": [
            {"code": "contract", "name": "고용계약서", "required": True, "upload_url": "#",
             "files": [{"name": "고용계약서_보기.pdf", "size": 482133, "pages": 5, "state": "clean",
                        "url": "#documents", "remove_url": "#"}]},
            {"code": "degree", "name": "학위증명서", "required": True, "assumed": True,
             "upload_url": "#", "error": "HWP 파일은 올릴 수 없습니다. PDF로 바꾸어 주세요."},
            {"code": "career", "name": "경력증명서", "required": False, "upload_url": "#"},
        ],
        "actions": [
            {"name": "withdraw", "url": "#", "label": "취하", "kind": "danger",
             "reason": "optional"},
            {"name": "supplement", "url": "#", "label": "보완 요청", "kind": "secondary",
             "reason": "required", "hint": "신청인에게 바로 알립니다."},
            {"name": "advance", "url": "#", "label": "검토 완료", "kind": "primary"},
        ],
        "tree": TREE,
        "rows": [
            {"number": f"SAMPLE-00000{n}", "company": "보기 주식회사", "stage": stage, "tone": tone,
             "due": date(2026, 3, 20), "days": days}
            for n, (stage, tone, days) in enumerate(
                [("서류 심사", "information", -2), ("보완 대기", "warning", 1),
                 ("발급 완료", "success", None)], 1
            )
        ],
    }  # fmt: skip


@require_safe
@login_not_required
def styles(request: HttpRequest) -> HttpResponse:
    """With `?errors` the forms are shown as they look after a failed attempt."""
    wrong = "errors" in request.GET
    rows = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0", "form-0-school": "보기 대학교"}
    context = {
        **samples(),
        "form": SampleForm({"name": "NGUYEN", "born": "5월"} if wrong else None),
        "formset": SampleRows(rows if wrong else None),
    }
    return render(request, "portal/styles.html", context)
