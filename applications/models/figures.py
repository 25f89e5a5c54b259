"""What offices count: one narrow row per received case, so that no figure reads whole cases."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Office
from applications.models.case import Application
from programs.models import Programme


class Settled(models.TextChoices):
    """How a case was settled. The first three are decisions signed off; the last is none."""

    APPROVED = "approved", pgettext_lazy("figures", "승인")
    REFUSED = "refused", pgettext_lazy("figures", "불허")
    RETURNED = "returned", pgettext_lazy("figures", "반려")
    WITHDRAWN = "withdrawn", pgettext_lazy("figures", "취하")


class FigureRow(models.Model):
    """When a case was received, when and how it was settled; both days by Asia/Seoul.

    Written by `applications.workflow` only, with the step that it tells of. An approval counts from
    its sign-off, whether a unit of quota was free or not; so does a refusal or return, once its
    notice has arrived. What is taken back or reopened is not settled any more.
    """

    application = models.OneToOneField(
        Application, on_delete=models.CASCADE, primary_key=True, related_name="figure_row"
    )
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Each index below begins with it.
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # The occupation's code, "" when unknown.
    occupation = models.CharField(max_length=16, blank=True, default="")
    received_on = models.DateField()
    settled_on = models.DateField(null=True, blank=True)
    outcome = models.CharField(max_length=16, choices=Settled, blank=True, default="")

    class Meta:
        verbose_name = _("통계 행")
        verbose_name_plural = _("통계 행")
        constraints = [
            models.CheckConstraint(
                name="figure_row_settled_whole",
                condition=Q(settled_on=None, outcome="")
                | Q(settled_on__isnull=False, outcome__in=Settled.values),
            ),
            models.CheckConstraint(
                name="figure_row_settled_after_receipt",
                condition=Q(settled_on=None) | Q(settled_on__gte=F("received_on")),
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "received_on"], name="figures_received"),
            # All that the figures of settled cases read: the table itself is not opened.
            models.Index(
                fields=[
                    "programme",
                    "settled_on",
                    "outcome",
                    "occupation",
                    "received_on",
                    "application",
                ],
                name="figures_settled",
                condition=Q(settled_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.received_on} {self.outcome}"
