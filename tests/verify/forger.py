"""A forger who knows the program: changes a posted month and makes everything inside the workspace fit again."""

import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.files import text_hash
from tests.verify.scene import Scene
from tests.verify.tampering import events_of, rehash, reseal

Event = dict[str, Any]
Change = Callable[[Scene, Path], list[str]]  # names the files of the posted folder that it changed


def change_frame(name: str, change: Callable[[pl.DataFrame], pl.DataFrame]) -> Change:
    """Change one stage frame of a posted folder, such as month.lines."""

    def apply(scene: Scene, folder: Path) -> list[str]:
        (path,) = folder.glob(f"stages/{name}.*.parquet")
        whole = io.BytesIO()
        change(pl.read_parquet(path.read_bytes())).write_parquet(whole)
        scene.write(path, whole.getvalue())
        return [str(path.relative_to(folder))]

    return apply


def forge(scene: Scene, change: Change = lambda *_: [], **events: Callable[[Event], None]) -> None:
    """Change files of the newest issue and events of the journal, then every hash that would tell.

    Args:
        change: of files in the posted folder.
        events: kind of event -> change of it; also `seal`, of the seal's body.
    """
    folder = sorted(scene.ledger.glob("posted/??"))[-1]
    changed = change(scene, folder)
    if changed:
        _manifest(scene, folder, changed)
    old = json.loads((folder / "seal.json").read_text("utf-8"))["sha256"]
    reseal(scene, folder, [*(folder / name for name in changed), *([folder / "manifest.json"] if changed else [])], events.get("seal"))
    new = json.loads((folder / "seal.json").read_text("utf-8"))["sha256"]
    told = events_of(scene)
    closed, issued = ([event for event in told if event["kind"] == kind][-1] for kind in ("closed", "issued"))
    head = closed["hash"]
    closed["data"]["seal_sha256"] = new
    for kind, edit in events.items():
        if kind != "seal":
            edit([event for event in told if event["kind"] == kind][-1])
    rehash(scene, told)
    fresh = events_of(scene)[closed["seq"] - 1]["hash"]
    for name in issued["data"]["files"]:
        path = scene.root / name
        if path.name.startswith("control-report."):
            scene.write(path, path.read_bytes().replace(old.encode(), new.encode()).replace(head.encode(), fresh.encode()))
            issued["data"]["files"][name] = hashlib.sha256(path.read_bytes()).hexdigest()
    rehash(scene, told)
    note = scene.ledger / "published.json"
    said = json.loads(note.read_text("utf-8"))
    said["files"] |= issued["data"]["files"]
    scene.write(note, json.dumps(said, indent=1, sort_keys=True).encode())


def _manifest(scene: Scene, folder: Path, changed: list[str]) -> None:
    """Both copies of the manifest name what is in the files now."""
    body = json.loads((folder / "manifest.json").read_text("utf-8"))
    for step in body["steps"].values():
        for entry in step["files"].values():
            if entry["file"] in changed:
                entry["sha256"] = hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest()
    body["sha256"] = text_hash(json.dumps({name: value for name, value in body.items() if name != "sha256"}, sort_keys=True))
    data = (json.dumps(body, indent=1, sort_keys=True) + "\n").encode()
    for path in (folder / "manifest.json", scene.ledger / "manifest.json"):
        scene.write(path, data)
