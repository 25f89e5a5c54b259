"""A case's files as its company sees them: what the office has, under what waits to be sent."""

from applications.models import Application, BufferedDocument, Document

# Where `applications.services.buffer.with_buffer` leaves what waits.
LAID_OVER = "laid_over"


def laid_over(case: Application) -> list[BufferedDocument]:
    """What was laid over this case when it was read; nothing for the reviewing side."""
    return getattr(case, LAID_OVER, [])


def current_documents(case: Application) -> list[Document]:
    """The documents in force, by code and part: one query. One that waits to be sent is a row
    without a key, with the waiting file's public id."""
    waits = {(one.code, one.part): one for one in laid_over(case)}
    filed = case.documents.filter(replaced_at=None).select_related("stored")
    found = [one for one in filed if (one.code, one.part) not in waits]
    found += [as_document(case, one) for one in waits.values() if one.stored_id is not None]
    return sorted(found, key=lambda one: (one.code, one.part))


def as_document(case: Application, waits: BufferedDocument) -> Document:
    return Document(
        public_id=waits.public_id,
        application=case,
        code=waits.code,
        part=waits.part,
        stored=waits.stored,
        uploaded_by_id=waits.uploaded_by_id,
        uploaded_at=waits.uploaded_at,
    )
