"""The Celery application: two queues, so that nothing slow stands before a letter.

Every entry of the schedule expires: a beat that ran alone for hours leaves no backlog behind.
What a missed turn would have done, the next one does.
"""

import os

from celery import Celery

from config import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

broker.install()
app = Celery("chucheon")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def every(seconds: int, task: str, *, expires: int | None = None, queue: str = "default") -> dict:
    """An entry of the schedule; `expires` defaults to its own pace."""
    options = {"expires": expires or seconds, "queue": queue}
    return {"task": task, "schedule": seconds, "options": options}


# By task name: rooms are not imported here. A test asks that each name is a task.
SCHEDULE = {
    # A worker may be busy for a while; a doubled sweep finds nothing left to hint.
    "outbox-sweep": every(1, "notifications.tasks.sweep", expires=10),
    "audit-seal": every(10, "audit.tasks.seal"),
    # Once a day is what counts, and signing twice is not possible: the pace only bounds a delay.
    "audit-sign-head": every(3600, "audit.tasks.sign_head"),
    "files-scan": every(30, "files.tasks.scan_pending"),
    # Uploads from before pages were drawn; new ones come by the outbox.
    "files-render-missing": every(300, "files.tasks.render_missing"),
    # What is due is said once for its day, whatever the pace.
    "remind-supplements": every(3600, "applications.tasks.remind_supplements"),
    "remind-evaluations": every(3600, "reviews.tasks.remind_evaluations"),
    "remind-inquiries": every(3600, "reviews.tasks.remind_inquiries"),
    "warn-of-due-dates": every(3600, "reviews.tasks.warn_of_due_dates"),
    "tell-progress": every(3600, "applications.tasks.tell_progress"),
    "remind-after-issue": every(3600, "applications.tasks.remind_after_issue"),
    "keep-revocation-list-fresh": every(3600, "letters.tasks.keep_list_fresh"),
    "purge-letter-bundles": every(3600, "letters.tasks.purge_bundles"),
    "lapse-extensions": every(3600, "applications.tasks.lapse_extensions"),
    "follow-holidays": every(3600, "applications.tasks.follow_holidays"),
    # Each absence is gone through once, at its beginning and after its end.
    "follow-absences": every(300, "reviews.tasks.follow_absences"),
    # What has run out goes back once, whatever the pace.
    "expire-leases": every(60, "reviews.tasks.expire_leases"),
    # An offer passes on once, after its last day; the pace is what the next one waits for at most.
    "pass-on-late-offers": every(3600, "reviews.tasks.pass_on_late_offers"),
    # Looks at night only, and tells a new finding once.
    "check-quota": every(3600, "programs.tasks.check_quota"),
    "forget-shared-answers": every(3600, "programs.tasks.purge_shared_answers"),
}
app.conf.beat_schedule = SCHEDULE
