from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = _("심사")

    def ready(self) -> None:
        from django.db import connection

        from accounts.services.offices import TOPIC_ENDED
        from applications import bars, letter_standing, workflow
        from applications.services import contact, notices, recalculation
        from applications.services.submission import TOPIC_SUBMITTED
        from audit.triggers import refuse_rows
        from files import rendering
        from letters import selectors
        from letters.registry import register_release, register_uses
        from notifications import outbox
        from programs import quota
        from reviews import (
            guards,  # noqa: F401
            letter_uses,
            sql_postgresql,
            sql_sqlite,
        )
        from reviews.models.assigning import IN_CONFLICT
        from reviews.models.decision import OWN_STEP, TOOK_PART, UNDER_STEPS
        from reviews.models.evaluation import before_quorum
        from reviews.models.panel import tied
        from reviews.services import (
            assignment,
            conflicts,
            correction,
            decision,
            departures,
            deputies,
            due_warnings,
            evaluation,
            evaluator_notices,
            examination,
            inquiries,
            issuing,
            leases,
            letter_words,
            line,
            objection,
            objection_words,
            offers,
            panel,
            recognising,
            returning,
            signing,
            supplement_word,
        )

        refuse_rows(
            "reviews_decision",
            name="tookpart",
            columns=("application_id", "drafted_by_id"),
            exists=TOOK_PART,
        )
        refuse_rows(
            "reviews_decisionstep",
            name="ownstep",
            columns=("decision_id", "done_by_id", "place"),
            exists=OWN_STEP,
        )
        refuse_rows(
            "reviews_decision",
            name="understeps",
            columns=("signed_off_by_id",),
            exists=UNDER_STEPS,
        )
        refuse_rows(
            "reviews_assignment",
            name="conflict",
            columns=("application_id", "assignee_id"),
            exists=IN_CONFLICT,
        )
        vendor = {"postgresql": sql_postgresql, "sqlite": sql_sqlite}[connection.vendor]
        refuse_rows(
            "reviews_invitation",
            name="tied",
            columns=("application_id", "evaluator_id", "state"),
            exists=tied(vendor),
        )
        refuse_rows(
            "reviews_decision",
            name="beforequorum",
            columns=("application_id", "outcome"),
            exists=before_quorum(vendor),
        )
        rendering.when_drawn(recognising.recognise)
        outbox.register(TOPIC_SUBMITTED, assignment.assign_submitted)
        outbox.register(TOPIC_ENDED, departures.hand_over)
        outbox.register(objection.TOPIC_REOPENED, assignment.assign_submitted)
        outbox.register(line.TOPIC_ACTED, line.report)
        outbox.register(letter_words.TOPIC, letter_words.deliver)
        outbox.register(objection_words.TOPIC, objection_words.deliver)
        outbox.register(evaluator_notices.TOPIC, evaluator_notices.deliver)
        outbox.register(due_warnings.TOPIC, due_warnings.deliver)
        outbox.register(panel.TOPIC_OVERDUE, panel.mail_overdue)
        outbox.register(inquiries.TOPIC, inquiries.deliver)
        outbox.register(offers.TOPIC_OFFERED, offers.mail_offer)
        outbox.register(offers.TOPIC_LATE, offers.mail_late)
        outbox.register(returning.TOPIC_RETURNED, returning.mail_leads)
        outbox.register(notices.TOPIC_STAFF, supplement_word.deliver)
        recalculation.also(evaluation.follow_calendar)
        contact.ask_for_officer(assignment.last_officer)
        letter_standing.ask_for_letters(selectors.standing)
        outbox.register(deputies.TOPIC_OVER, deputies.back)
        outbox.register(leases.TOPIC_EXPIRED, leases.tell)
        outbox.register(conflicts.TOPIC_DECLARED, conflicts.recuse_everywhere)
        bars.register(conflicts.cases_barred_to)
        workflow.on_change(leases.renew)
        quota.offered_hooks.append(offers.leave_word)
        register_release("application", issuing.release)
        register_uses(letter_uses.uses)
        for name in ("request_supplement", "demand_again"):
            workflow.on(name, returning.keep_declared)
        workflow.on("answer_supplement", returning.leave_word)
        for effect in (
            returning.keep_declared,
            decision.end_what_is_overtaken,
            evaluation.close_invitations,
            returning.leave_word,
        ):
            workflow.on("supplement_unasked", effect)
        workflow.on("advance", examination.evaluate_after_validation)
        for name in (
            "advance",
            "close_review",
            "withdraw",
            "treat_as_withdrawn",
            *correction.REOPENING,
        ):
            workflow.on(name, evaluation.close_invitations)
        for name in ("withdraw", "treat_as_withdrawn"):
            workflow.on(name, assignment.release_on_close)
        # Last: it goes on to the quota's pools, which come after everything above.
        for name in ("withdraw", "treat_as_withdrawn"):
            workflow.on(name, signing.leave_on_withdrawal)
