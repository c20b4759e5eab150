"""Blobs: content addressed by its digest within one organization, kept for as long as an activity uses it.

Results and inputs of steps whose JSON is larger than LIMIT are kept so too; whoever reads a row turns the reference
back into the value by `resolved`, and no author sees a difference.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from activities.fields import Reference
from activities.models import Activity, Blob, BlobUse

LIMIT: Final = 256 * 1024
GRACE: Final = timedelta(hours=1)  # between a put and the first use by an activity that is about to be made
AT_ONCE: Final = 500

Key = TypeVar("Key")


def compact(value: object) -> bytes:
    """Return the JSON that a value's id is made of (plan language 2.2)."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "surrogatepass")


def put(organization_id: int, content: bytes, *, used_by: UUID) -> str:
    """Keep the bytes for the activity; return their id. Twice is once."""
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        known = Blob.objects.filter(organization_id=organization_id, digest=digest)
        # To touch the row holds it: the sweep leaves alone what is young, and what it took away is put again.
        if not known.update(created_at=timezone.now()):
            fresh = Blob(
                organization_id=organization_id, digest=digest, content=content, created_at=timezone.now()
            )
            Blob.objects.bulk_create([fresh], ignore_conflicts=True)
        _use(known.values_list("pk", flat=True).get(), used_by)
    return digest


def get(organization_id: int, digest: str, *, used_by: UUID | None = None) -> bytes | None:
    """Return the bytes, None where the organization has no such blob; the activity that gets them uses them too."""
    row = Blob.objects.filter(organization_id=organization_id, digest=digest).first()
    if row is None:
        return None
    if used_by is not None:
        _use(row.pk, used_by)
    return bytes(row.content)


def used_content(activity: Activity, digest: str) -> bytes | None:
    """Return the bytes of a blob that the activity uses; None for any other."""
    uses = BlobUse.objects.filter(activity=activity, blob__digest=digest)
    content = uses.values_list("blob__content", flat=True).first()
    return None if content is None else bytes(content)


def kept(activity: Activity, text: str | None) -> str | None:
    """Return the text of a column of JSON: itself, or the reference to the blob that it is kept as."""
    if text is None or len(text) <= LIMIT // 4:
        return text
    content = text.encode("utf-8", "surrogatepass")
    if len(content) <= LIMIT or text.startswith("blob:"):
        return text
    return str(Reference(put(activity.organization_id, content, used_by=activity.pk), len(content)))


def kept_value(activity: Activity, value: Any) -> Any:
    """Return the value, or the reference to the blob that it is kept as."""
    if value is None or isinstance(value, bool | int | float | Reference):
        return value
    content = compact(value)
    if len(content) <= LIMIT:
        return value
    return Reference(put(activity.organization_id, content, used_by=activity.pk), len(content))


def resolved(organization_id: int, values: Mapping[Key, Any]) -> dict[Key, Any]:
    """Return the values with the contents of blobs in the place of references; one query if there are any."""
    wanted = {value.digest for value in values.values() if isinstance(value, Reference)}
    if not wanted:
        return dict(values)
    rows = Blob.objects.filter(organization_id=organization_id, digest__in=wanted)
    contents = {digest: json.loads(bytes(raw)) for digest, raw in rows.values_list("digest", "content")}
    return {
        key: contents[value.digest] if isinstance(value, Reference) else value
        for key, value in values.items()
    }


def value_of(organization_id: int, value: Any) -> Any:
    """Return one value, read from its blob if it is a reference."""
    return resolved(organization_id, {"": value})[""]


def sweep() -> int:
    """Delete blobs that no activity uses; return how many."""
    deleted = 0
    while some := _sweep_some():
        deleted += some
    return deleted


def _sweep_some() -> int:
    unused = ~Exists(BlobUse.objects.filter(blob=OuterRef("pk")))
    with transaction.atomic():
        old = Blob.objects.filter(unused, created_at__lt=timezone.now() - GRACE)
        rows = list(
            old.select_for_update(of=("self",), skip_locked=_can_skip()).values_list("pk", flat=True)[
                :AT_ONCE
            ]
        )
        Blob.objects.filter(pk__in=rows).delete()
    return len(rows)


def _can_skip() -> bool:
    return bool(transaction.get_connection().features.has_select_for_update_skip_locked)


def _use(blob_id: int, activity_id: UUID) -> None:
    BlobUse.objects.bulk_create([BlobUse(blob_id=blob_id, activity_id=activity_id)], ignore_conflicts=True)
