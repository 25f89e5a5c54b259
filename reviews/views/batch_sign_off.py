"""Signing many decisions: a page that shows what would happen, then one with what has happened."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.models import StaffRole
from letters.models import Letter
from programs.models import Pool
from reviews.permissions import desk_of
from reviews.selectors.decision import name_of
from reviews.services import batch_sign_off as batch
from reviews.services.batch_sign_off import Done, Planned
from reviews.views.assigning import _ids, _seen
from reviews.views.sign_offs import said


@require_POST
@never_cache
def batch_sign_off(request: HttpRequest) -> HttpResponse:
    """Without `do=sign` nothing is written. Each decision is sent with the revision of its case
    that was looked at."""
    desk = desk_of(request.user, StaffRole.LEAD)
    decisions = batch.chosen(request.user, desk, _ids(request.POST.getlist("decision")))
    if request.POST.get("do") == "sign":
        done = batch.sign(
            decisions=decisions,
            revisions=_seen(request.POST.getlist("seen")),
            actor=request.user,
        )
        made = [row.result.letter for row in done if row.result and row.result.letter]
        return _answer(request, [_done(row) for row in done], done=True, made=made)
    planned = batch.look(decisions=decisions, actor=request.user)
    return _answer(request, [_planned(row) for row in planned], pools=_pools(planned))


def _answer(
    request: HttpRequest,
    rows: list[dict[str, Any]],
    *,
    done: bool = False,
    pools: list[dict[str, Any]] | None = None,
    made: Sequence[Letter] = (),
) -> HttpResponse:
    refused = sum(bool(row["refusal"]) for row in rows)
    context = {
        "rows": rows,
        "done": done,
        "pools": pools or [],
        "made": made,
        "went": len(rows) - refused,
        "refused": refused,
        "outcomes": Counter(
            str(row["decision"].get_outcome_display()) for row in rows if not row["refusal"]
        ).items(),
    }
    return render(request, "reviews/batch_sign_off.html", context)


def _planned(row: Planned) -> dict[str, Any]:
    return {
        "decision": row.decision,
        "refusal": row.refusal,
        "warnings": row.warnings,
        "pool": name_of(row.pool) if row.pool else "",
        "before": row.before,
        "after": row.after,
        "place": row.place,
    }


def _done(row: Done) -> dict[str, Any]:
    return {
        "decision": row.decision,
        "refusal": row.refusal,
        "what": said(row.result) if row.result else "",
    }


def _pools(planned: list[Planned]) -> list[dict[str, Any]]:
    """Each pool that runs out first for somebody, before the first and after the last."""
    found: dict[int, dict[str, Any]] = {}
    for row in planned:
        pool: Pool | None = row.pool
        if pool is None:
            continue
        one = found.setdefault(
            pool.pk, {"name": name_of(pool), "size": pool.size, "before": row.before, "waits": 0}
        )
        one["after"] = row.after
        one["waits"] += row.place is not None
    return list(found.values())
