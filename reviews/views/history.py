"""What has happened to the case."""

from typing import Any

from reviews.selectors import history as seen
from reviews.views.section import CasePage


class HistoryPage(CasePage):
    section = "history"
    shows_claims = False
    template = "reviews/history.html"

    def content(self) -> dict[str, Any]:
        return {
            "events": seen.timeline(self.case),
            "counts": seen.record_counts(self.case),
            "segments": list(self.case.clock_segments.order_by("from_on", "pk")),
        }
