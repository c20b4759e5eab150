"""`builtin/put_blob`, `builtin/get_blob`, `builtin/load_file`: what is kept outside of the plan."""

from __future__ import annotations

from typing import Any, Literal

from activities.modules.in_worker import InWorker
from activities.modules.registry import Options


class PutBlobOptions(Options):
    """`data` is any JSON; a flow is kept as data is."""

    data: Any
    blob_type: Literal["data", "flow"] = "data"


class GetBlobOptions(Options):
    """The id that `put_blob` gave."""

    blob_id: str


class LoadFileOptions(Options):
    """`path` below the folder of the plan's file, or below PLAN_FILES; without a format, the name's ending tells."""

    path: str
    format: Literal["json", "yaml", "text"] | None = None


MODULES = (
    InWorker("builtin/put_blob", "Keep data as a blob", PutBlobOptions, pure=True),
    InWorker("builtin/get_blob", "Get the data of a blob", GetBlobOptions, pure=True),
    InWorker("builtin/load_file", "Load a file", LoadFileOptions, pure=True),
)
