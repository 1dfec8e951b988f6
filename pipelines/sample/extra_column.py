"""Add a column that no layout knows to a written feed, as senders do, and make its manifest agree."""

import hashlib
import json
from pathlib import Path

from inputs.durable import write_whole
from pipelines.sample.rows import Row


def add_columns(path: Path, columns: Row) -> None:
    """Append columns with one value on every row to a feed file; rewrite the manifest's hash. No columns: nothing.

    The file must hold one record a line.
    """
    if not columns:
        return
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    tail = "," + ",".join(columns.values())
    data = "\n".join([f"{head},{','.join(columns)}", *[line + tail for line in lines], ""]).encode()
    beside = path.with_suffix(".manifest.json")
    manifest = json.loads(beside.read_text(encoding="utf-8"))
    manifest["sha256"] = hashlib.sha256(data).hexdigest()
    write_whole(path, data, replace=True)
    write_whole(beside, (json.dumps(manifest, indent=2) + "\n").encode(), replace=True)
