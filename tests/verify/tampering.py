"""Ways to tamper with a posted month: plain damage, and forgers who make one layer of hashes fit again."""

import hashlib
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipelines.files import text_hash
from pipelines.journal import FIRST as NO_HEAD
from pipelines.posting import seal_hash
from tests.verify.scene import Scene, unlocked
from tests.verify.world import SECOND

Tamper = Callable[[Scene], bool]  # False: there was nothing to do it to
_FIELDS = ("seq", "at", "user", "os_user", "kind", "data", "previous")


def flip_a_bit(scene: Scene) -> bool:
    path = scene.pick()
    data = bytearray(path.read_bytes())
    data[scene.chance.randrange(len(data))] ^= 1 << scene.chance.randrange(8)
    scene.write(path, bytes(data))
    return True


def edit_a_byte(scene: Scene) -> bool:
    path = scene.pick()
    data = bytearray(path.read_bytes())
    place = scene.chance.randrange(len(data))
    data[place] = scene.chance.choice([byte for byte in (*b'\n\r 0"x,', 0, 255) if byte != data[place]])
    scene.write(path, bytes(data))
    return True


def edit_a_digit(scene: Scene) -> bool:
    path = scene.pick(texts=True)
    data = bytearray(path.read_bytes())
    digits = [place for place, byte in enumerate(data) if byte in b"123456789"]
    if not digits:
        return False
    place = scene.chance.choice(digits)
    data[place] = scene.chance.choice([byte for byte in b"123456789" if byte != data[place]])
    scene.write(path, bytes(data))
    return True


def truncate(scene: Scene) -> bool:
    path = scene.pick()
    data = path.read_bytes()
    scene.write(path, data[: scene.chance.choice([0, len(data) - 1, scene.chance.randrange(len(data))])])
    return True


def append(scene: Scene) -> bool:
    path = scene.pick()
    scene.write(path, path.read_bytes() + scene.chance.choice([b"\n", b" ", b"\x00", b"{}\n", b'{"at":"2026']))
    return True


def delete(scene: Scene) -> bool:
    scene.away(scene.pick())
    return True


def swap_two_lines(scene: Scene) -> bool:
    path = scene.pick(lines=True)
    lines = path.read_bytes().splitlines(keepends=True)
    one, other = scene.chance.choice([(a, b) for a in range(len(lines)) for b in range(a) if lines[a].strip() != lines[b].strip()])
    lines[one], lines[other] = lines[other], lines[one]
    scene.write(path, b"".join(lines))
    return True


def duplicate_a_line(scene: Scene) -> bool:
    path = scene.pick(texts=True)
    lines = path.read_bytes().splitlines(keepends=True)
    place = scene.chance.randrange(len(lines))
    scene.write(path, b"".join([*lines[: place + 1], *lines[place:]]))
    return True


def rehash(scene: Scene, events: list[dict[str, Any]]) -> None:
    """Write a journal with a chain that holds, and the head that fits it."""
    head, lines = NO_HEAD, []
    for seq, event in enumerate(events, start=1):
        body = {**{name: event[name] for name in _FIELDS}, "seq": seq, "previous": head}
        head = hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
        lines.append(json.dumps({**body, "hash": head}, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n")
    scene.write(scene.ledger / "journal.jsonl", "".join(lines).encode())
    scene.write(scene.ledger / "head.json", (json.dumps({"count": len(lines), "head": head}, sort_keys=True) + "\n").encode())


def events_of(scene: Scene) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (scene.ledger / "journal.jsonl").read_text("utf-8").splitlines()]


def drop_an_event_and_rehash(scene: Scene) -> bool:
    events = events_of(scene)
    gone = events.pop(scene.chance.randrange(len(events)))
    scene.touched = f"journal, without '{gone['kind']}'"
    rehash(scene, events)
    return True


def drop_the_tail(scene: Scene) -> bool:
    events = events_of(scene)
    kept = scene.chance.randrange(len(events))
    scene.touched = f"journal, the first {kept} events"
    rehash(scene, events[:kept])
    return True


def edit_an_event_and_rehash(scene: Scene) -> bool:
    """Change who, when or what of an event. Of the newest month's newest event only what: see test_tamper."""
    events = events_of(scene)
    event = scene.chance.choice(events)
    fields = ["data"] if scene.period == SECOND and event is events[-1] else ["at", "user", "os_user", "data"]
    field = scene.chance.choice(fields)
    scene.touched = f"journal, {field} of '{event['kind']}'"
    if field != "data":
        event[field] = "2026-11-25T00:00:00+00:00" if field == "at" else "root0"
        rehash(scene, events)
        return True
    text = json.dumps(event["data"])
    digits = [place for place, char in enumerate(text) if char in "123456789"]
    if not digits:
        return False
    place = scene.chance.choice(digits)
    event["data"] = json.loads(text[:place] + ("2" if text[place] != "2" else "3") + text[place + 1 :])
    rehash(scene, events)
    return True


def swap_two_events_and_rehash(scene: Scene) -> bool:
    events = events_of(scene)
    place = scene.chance.randrange(1, len(events))
    scene.touched = f"journal, '{events[place]['kind']}' before '{events[place - 1]['kind']}'"
    events[place - 1], events[place] = events[place], events[place - 1]
    rehash(scene, events)
    return True


def reseal(scene: Scene, folder: Path, changed: list[Path], edit: Callable[[dict[str, Any]], None] | None = None) -> None:
    """Make a seal fit files that were changed in its folder, and change what else it says."""
    path = folder / "seal.json"
    body = json.loads(path.read_text("utf-8"))
    for each in changed:
        data = each.read_bytes()
        body["files"][str(each.relative_to(folder))] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    if edit is not None:
        edit(body)
    body["sha256"] = seal_hash(body)
    scene.write(path, (json.dumps(body, indent=1, sort_keys=True) + "\n").encode())


def edit_a_sealed_file_and_reseal(scene: Scene) -> bool:
    path = scene.pick(below="/posted/")
    if path.name == "seal.json":
        return False
    folder = scene.ledger / "posted" / path.relative_to(scene.ledger / "posted").parts[0]
    data = bytearray(path.read_bytes())
    data[scene.chance.randrange(len(data))] ^= 1
    scene.write(path, bytes(data))
    changed = [path]
    if path.suffix == ".parquet":
        manifest = folder / "manifest.json"
        body = json.loads(manifest.read_text("utf-8"))
        for step in body["steps"].values():
            for entry in step["files"].values():
                if entry["file"] == str(path.relative_to(folder)):
                    entry["sha256"] = hashlib.sha256(data).hexdigest()
        body["sha256"] = text_hash(json.dumps({name: value for name, value in body.items() if name != "sha256"}, sort_keys=True))
        scene.write(manifest, (json.dumps(body, indent=1, sort_keys=True) + "\n").encode())
        changed.append(manifest)
    reseal(scene, folder, changed)
    return True


def edit_the_seal_and_reseal(scene: Scene) -> bool:
    path = scene.chance.choice(sorted(scene.ledger.glob("posted/*/seal.json")))
    scene.touched = str(path.relative_to(scene.root))
    text = path.read_text("utf-8")
    digits = [place for place, char in enumerate(text) if char in "123456789"]
    place = scene.chance.choice(digits)
    body = json.loads(text[:place] + ("2" if text[place] != "2" else "3") + text[place + 1 :])
    body["sha256"] = seal_hash(body)
    if body == json.loads(text):
        return False  # the digit was of the seal's own hash
    scene.write(path, (json.dumps(body, indent=1, sort_keys=True) + "\n").encode())
    return True


def swap_two_files(scene: Scene) -> bool:
    one, other = scene.pick(), scene.pick()
    first, second = one.read_bytes(), other.read_bytes()
    if first == second:
        return False
    scene.touched = f"{one.relative_to(scene.root)} and {other.relative_to(scene.root)}"
    scene.write(one, second)
    scene.write(other, first)
    return True


def make_writable(scene: Scene) -> bool:
    sealed = [path for path in sorted(scene.ledger.glob("posted/*/**/*")) if path.is_file() or path.is_dir()]
    path = scene.chance.choice(sealed)
    scene.touched = str(path.relative_to(scene.root))
    mode = stat.S_IMODE(path.stat().st_mode)
    path.chmod(mode | scene.chance.choice([0o200, 0o020, 0o002]))
    scene.undo.append(lambda: path.chmod(mode))
    return True


def add_a_file(scene: Scene) -> bool:
    folders = {path.parent for path in scene.files(below="ledger/")} | {scene.ledger / "posted"}
    folders |= {path for path in (scene.root / "out" / str(scene.period) / name for name in ("detail", "invoices")) if path.is_dir()}
    folder = scene.chance.choice(sorted(folders))
    name = scene.chance.choice(["stray.pdf", "rates.pdf"] if folder.name == "invoices" else ["stray", ".stray", "rates.csv", "03.parquet"])
    scene.touched = str((folder / name).relative_to(scene.root))
    if (folder / name).exists():
        return False
    scene.make(folder / name, b"billing_number\n")
    return True


def put_a_link_in_its_place(scene: Scene) -> bool:
    path = scene.pick()
    aside = scene.away(path)
    with unlocked(path.parent):
        path.symlink_to(aside)
    return True


KINDS: tuple[Tamper, ...] = (
    flip_a_bit, edit_a_byte, edit_a_digit, truncate, append, delete, swap_two_lines, duplicate_a_line, drop_an_event_and_rehash,
    drop_the_tail, edit_an_event_and_rehash, swap_two_events_and_rehash, edit_a_sealed_file_and_reseal, edit_the_seal_and_reseal,
    swap_two_files, make_writable, add_a_file, put_a_link_in_its_place,
)  # fmt: skip
