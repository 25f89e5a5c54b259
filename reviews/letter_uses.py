"""Which kinds of letter an office's programmes write: asked by the letters room for its designs."""

from accounts.models import Office
from letters.models import LetterKind
from letters.registry import Use
from programs.models import ProgrammeVersion, VersionStatus
from reviews.models import Outcome
from reviews.services.notice import definition_of, kind_of


def uses(office: Office) -> list[Use]:
    """Of every version in force, past ones too: a case keeps the version it was submitted under.
    One query."""
    found: list[Use] = []
    rows = ProgrammeVersion.objects.filter(
        programme__office=office, status=VersionStatus.IN_FORCE
    ).select_related("programme")
    for version in rows.order_by("programme__slug", "-effective_from"):
        manifest = version.manifest()
        if manifest.letter is None:
            continue
        about = (version.programme.slug, manifest.names.ko, manifest.names.en)
        found.append(Use(*about, LetterKind.RECOMMENDATION.value, manifest.letter.as_dict()))
        found += [
            Use(
                *about,
                kind_of(outcome).value,
                definition_of(manifest, office, outcome),
                {"is_refusal": outcome == Outcome.REFUSE},
            )
            for outcome in (Outcome.REFUSE, Outcome.RETURN)
        ]
    return found
