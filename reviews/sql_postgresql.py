"""What the reviews room says to PostgreSQL alone. The same names as sql_sqlite."""

from collections.abc import Sequence
from functools import cache
from string import Template
from typing import Any

from django.db import connection

from accounts.models import CompanyMembership, StaffMembership, User
from applications.models import Application, QueueRow
from audit import prepared
from audit.services import writing
from programs.models import Programme
from reviews.taking import Taking

TAKES_AT_ONCE = True


def rows_as_json(subquery: str, names: Sequence[str]) -> str:
    """All the rows of a subquery as one JSON list of objects."""
    return f"(SELECT COALESCE(jsonb_agg(few), '[]') FROM ({subquery}) few)"  # noqa: S608


def text_of(column: str, key: str) -> str:
    """The text under a key of a JSON column."""
    return f"{column} ->> '{key}'"


def domain_of(column: str) -> str:
    """What follows the at sign of a mail address."""
    return f"SUBSTR({column}, STRPOS({column}, '@') + 1)"


# Whom a person may be given is said here as `assignment._takeable` says it, for one statement that
# finds, locks and gives. CASE keeps the planner from guessing at the conditions: whatever they
# are, the cases are read in the index's order until one fits.
TAKE_NEXT = """WITH post AS (
    SELECT own.office_id, own.programmes
    FROM $post own JOIN $person person ON person.id = own.user_id
    WHERE own.user_id = %(person)s AND own.role = ANY(%(roles)s) AND person.is_active
), office AS (
    SELECT at.office_id,
        COALESCE(rule.lease_hours, %(lease_hours)s) AS lease_hours,
        ARRAY(
            SELECT programme.id FROM $programme programme
            JOIN post ON post.office_id = programme.office_id
            WHERE programme.office_id = at.office_id
              AND (post.programmes = '[]' OR post.programmes ? programme.slug)
        ) AS programmes,
        ARRAY(
            SELECT spoken.code FROM $post colleague
            JOIN $person person ON person.id = colleague.user_id AND person.is_active
            JOIN reviews_reviewerprofile theirs ON theirs.user_id = colleague.user_id
            CROSS JOIN LATERAL jsonb_array_elements_text(theirs.languages) spoken(code)
            WHERE colleague.office_id = at.office_id AND colleague.role = ANY(%(roles)s)
              AND NOT COALESCE(mine.languages ? spoken.code, false)
        ) AS unread,
        ARRAY(
            SELECT known.code FROM jsonb_array_elements_text(mine.occupations) known(code)
        ) AS occupations,
        ARRAY(
            SELECT company_id FROM reviews_conflict
            WHERE user_id = %(person)s AND ended_at IS NULL AND company_id IS NOT NULL
            UNION ALL SELECT company_id FROM $membership WHERE user_id = %(person)s
        ) AS companies,
        ARRAY(
            SELECT application_id FROM reviews_conflict
            WHERE user_id = %(person)s AND ended_at IS NULL AND application_id IS NOT NULL
            UNION ALL SELECT application_id FROM reviews_assignment
            WHERE assignee_id = %(person)s AND ended_how IN ('released', 'lease_expired')
              AND ended_at > %(now)s - make_interval(
                  hours => COALESCE(rule.not_again_hours, %(not_again_hours)s))
        ) AS cases
    FROM (SELECT DISTINCT office_id FROM post) at
    LEFT JOIN reviews_reviewerprofile mine ON mine.user_id = %(person)s
    LEFT JOIN reviews_assignmentrule rule ON rule.office_id = at.office_id
    WHERE NOT EXISTS (
        SELECT 1 FROM reviews_absence
        WHERE user_id = %(person)s AND from_on <= %(today)s AND until_on >= %(today)s)
), picked AS (
    SELECT first.application_id, first.public_id,
        %(now)s + make_interval(hours => office.lease_hours) AS until
    FROM office CROSS JOIN LATERAL (
        SELECT queued.application_id, application.public_id, queued.rank, queued.due_on
        FROM $queue queued
        JOIN $case application ON application.id = queued.application_id
        WHERE queued.office_id = office.office_id
          AND queued.assignee_id IS NULL AND NOT queued.parked
          AND CASE
            WHEN queued.programme_id <> ALL(office.programmes) THEN false
            WHEN queued.language = ANY(office.unread) THEN false
            WHEN queued.occupation <> '' AND office.occupations <> '{}' AND NOT EXISTS (
                SELECT 1 FROM unnest(office.occupations) known(code)
                WHERE starts_with(queued.occupation, known.code)) THEN false
            WHEN application.company_id = ANY(office.companies) THEN false
            WHEN application.id = ANY(office.cases) THEN false
            ELSE true END
        ORDER BY queued.rank, queued.due_on, queued.application_id
        LIMIT 1 FOR NO KEY UPDATE OF application, queued SKIP LOCKED
    ) first
    ORDER BY first.rank, first.due_on, first.application_id LIMIT 1
), held AS (
    UPDATE $queue queued
    SET assignee_id = %(person)s, assigned_at = %(now)s, lease_until = picked.until
    FROM picked WHERE queued.application_id = picked.application_id
), noted AS ($noting), written AS (
    INSERT INTO reviews_assignment (public_id, application_id, assignee_id, assigned_by_id,
        assigned_at, why, why_data, ended_how, ended_because)
    SELECT %(public_id)s, application_id, %(person)s, %(person)s, %(now)s, %(why)s, '{}', '', ''
    FROM picked RETURNING id, application_id
)
SELECT id, application_id FROM written"""
TABLES = {
    "post": StaffMembership,
    "person": User,
    "membership": CompanyMembership,
    "programme": Programme,
    "queue": QueueRow,
    "case": Application,
}


def take_next(taking: Taking) -> tuple[int, int] | None:
    """Give the person the most urgent case that they may and can review, for the office's lease;
    ids of the stretch and of the case. None when there is none, or while they are away."""
    return prepared.row(connection, *taking_next(taking))


def taking_next(taking: Taking) -> tuple[str, dict[str, Any]]:
    """The statement and its values."""
    noting = writing(
        name="review.assigned",
        subject_type="application",
        subject="picked.public_id",
        source="picked",
        actor=taking.actor,
        data={"assignee": taking.actor.public_id, "why": taking.why},
    )
    given = vars(taking) | {"person": taking.actor.pk} | noting.given
    return _written(noting.statement), given


@cache
def _written(noting: str) -> str:
    """On few lines: the driver remembers how it read a statement of at most 4096 characters."""
    tables = {name: model._meta.db_table for name, model in TABLES.items()}
    return " ".join(Template(TAKE_NEXT).substitute(tables, noting=noting).split())
