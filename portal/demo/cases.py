"""A few cases at different stages, so that no page of a demonstration is empty."""

from accounts.models import User
from applications.models import Application
from applications.stages import Stage
from files.services import TOPIC_RENDER
from notifications import outbox
from portal.demo import people, samples
from portal.demo.story import Story

STAGES = {
    "kotra-recommendation": (
        Stage.DRAFT,
        Stage.DOCUMENT_REVIEW,
        Stage.SUPPLEMENT,
        Stage.VALIDATION,
        Stage.EXTERNAL_EVALUATION,
        Stage.DECISION,
    ),
    "gyeonggi": (Stage.DOCUMENT_REVIEW, Stage.VALIDATION, Stage.DECISION),
    "daegu": (Stage.DOCUMENT_REVIEW, Stage.DECISION),
    "ulsan": (Stage.DOCUMENT_REVIEW, Stage.VALIDATION),
    "k-tech-pass": (Stage.VALIDATION,),
}


def seed() -> list[str]:
    """Make one case per stage and programme, unless there are cases already. One line per case."""
    if Application.objects.exists():
        return []
    member = User.objects.get(email=people.PEOPLE[0].email)
    lines = []
    for slug, stages in STAGES.items():
        for number, stage in enumerate(stages):
            story = Story.begin(slug=slug, member=member)
            story.person = samples.CANDIDATES[number % len(samples.CANDIDATES)]
            story.reach(stage)
            if stage == Stage.DECISION:
                story.draft()
            lines.append(f"made {slug} {story.fresh().receipt_no or 'draft'}: {stage.value}")
    # The mails of these steps are part of the demonstration; letters and pages of uploads wait
    # for their own worker.
    outbox.drain(without=[TOPIC_RENDER])
    return lines
