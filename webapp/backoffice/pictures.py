"""Pictures that came with a form: checked and kept before the form itself is judged.

Taking a picture in may need seconds, so it happens outside of the writing transaction; and it is
kept even if a field of the form is wrong, so that nobody has to choose the files again.
"""

from collections.abc import Sequence
from typing import Any

from webapp.backoffice.rows import Rows
from webapp.kit.actors import Actor
from webapp.kit.errors import Invalid
from webapp.media.commands import PreparedImage, prepare, store_image
from webapp.runtime.db import Database
from webapp.runtime.storage import Storage
from webapp.web.submissions import Submission
from webapp.web.uploads import Upload

MOST_PICTURES = 100
"""Of one product."""


def take_in(
    uploads: Sequence[Upload],
    form: Submission[Any],
    *,
    database: Database,
    storage: Storage,
    staff: Actor,
    blame: str = "uploads",
) -> list[str]:
    """Keep these files; gives their public ids. What is no picture is said under ``blame``."""
    if not uploads:
        return []
    staff.must("media:write")
    prepared: list[PreparedImage] = []
    refused: list[str] = []
    for upload in uploads:
        try:
            prepared.append(prepare(upload.read(), storage, name=upload.name))
        except Invalid as refusal:
            refused.append(f"{upload.name}: {refusal.detail}")
    if refused:
        form.refuse(blame, " ".join(refused))
    if not prepared:
        return []
    with database.writing() as session:
        return [store_image(session, staff, one).public_id for one in prepared]


def add_rows(form: Submission[Any], files: Sequence[str]) -> list[int]:
    """A row of ``pictures`` for each file that has none yet; gives the new rows' numbers."""
    rows = Rows(form, "pictures")
    there = {rows.value(number, "file") for number in rows.numbers()}
    added = []
    for file in files:
        if file in there:
            continue
        if len(there) >= MOST_PICTURES:
            form.refuse("uploads", f"A product has at most {MOST_PICTURES} pictures.")
            break
        there.add(file)
        added.append(rows.add({"file": file, "alt": ""}))
    return added
