"""`builtin/put_blob` and `builtin/get_blob`: blobs of the organization, by the id of their content."""

from __future__ import annotations

import json

from activities import blobs
from activities.modules import ModuleFailed
from activities.modules.builtin.stores import GetBlobOptions, PutBlobOptions
from activities.steps import Completed, StepCall


def put_blob(call: StepCall, wanted: PutBlobOptions) -> Completed:
    """Keep the data; give `{blob_id}`."""
    content = blobs.compact(wanted.data)
    return Completed({"blob_id": blobs.put(call.organization_id, content, used_by=call.activity_id)})


def get_blob(call: StepCall, wanted: GetBlobOptions) -> Completed:
    """Give `{data}`; raises ModuleFailed for an id that the organization does not have."""
    return Completed({"data": data_of(call, wanted.blob_id)})


def data_of(call: StepCall, blob_id: str) -> object:
    """Return what a blob holds; raises ModuleFailed where there is none, or it is no JSON."""
    content = blobs.get(call.organization_id, blob_id, used_by=call.activity_id)
    if content is None:
        raise ModuleFailed("unknown-blob", f'there is no blob "{blob_id}" in this organization')
    try:
        return json.loads(content)
    except ValueError as error:
        raise ModuleFailed("not-json", f'blob "{blob_id}" holds bytes that are no JSON') from error
