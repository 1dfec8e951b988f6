"""A browser without a window, driven by chromedriver's plain HTTP; nothing but the standard library."""

import base64
import json
import re
import shutil
import subprocess
import time
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {
    "Tab": "\ue004", "Enter": "\ue007", "Down": "\ue015", "Up": "\ue013", "Right": "\ue014", "Left": "\ue012", "Shift": "\ue008",
    "End": "\ue010", "Home": "\ue011",
}  # fmt: skip


class Browser:
    """One session; every request it makes and every word it writes to the console can be read afterwards."""

    def __init__(self, width: int = 1280, height: int = 900, *, scripts: bool = True, dark: bool = False) -> None:
        found = shutil.which("chromedriver")
        if found is None:
            raise SystemExit("chromedriver is not installed")
        self._process = subprocess.Popen([found, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert self._process.stdout is not None
        port = next(hit[1] for line in self._process.stdout if (hit := re.search(r"successfully on port (\d+)", line)))
        self._at = f"http://127.0.0.1:{port}"
        options: dict[str, Any] = {
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", f"--window-size={width},{height}",
                "--hide-scrollbars",
                "--force-prefers-reduced-motion", "--disable-background-networking", "--disable-component-update", "--no-first-run",
            ],
            "prefs": {} if scripts else {"profile.managed_default_content_settings.javascript": 2},
        }  # fmt: skip
        wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"performance": "ALL", "browser": "ALL"}}
        try:
            made = self._call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        except BaseException:
            self._process.kill()
            raise
        self._at += f"/session/{made['sessionId']}"
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.devtools("Emulation.setDeviceMetricsOverride", size)
        if dark:
            self.devtools("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            self._call("DELETE", "", None)
        finally:
            self._process.terminate()
            self._process.wait(20)

    def _call(self, verb: str, path: str, body: object) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._at + path, data, {"Content-Type": "application/json"}, method=verb)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()[:600]) from error

    def devtools(self, command: str, words: dict[str, Any]) -> Any:
        """One command of the DevTools protocol."""
        return self._call("POST", "/goog/cdp/execute", {"cmd": command, "params": words})

    def open(self, address: str) -> None:
        """Load an address."""
        self._call("POST", "/url", {"url": address})

    def run(self, script: str, *words: object) -> Any:
        """What a script returns."""
        return self._call("POST", "/execute/sync", {"script": script, "args": list(words)})

    def run_async(self, script: str, *words: object) -> Any:
        """What a script hands to its last argument."""
        return self._call("POST", "/execute/async", {"script": script, "args": list(words)})

    def until(self, script: str, *words: object, seconds: int = 30) -> Any:
        """Wait until a script returns something true."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := self.run(script, *words):
                return found
            time.sleep(0.03)
        raise AssertionError(f"never came true: {script}")

    def press(self, *keys: str) -> None:
        """Press keys one after another where the focus is; `Shift+Tab` holds the first."""
        steps: list[dict[str, str]] = []
        for key in keys:
            parts = [KEYS.get(part, part) for part in (key.split("+") if len(key) > 1 else [key])]
            steps += [{"type": "keyDown", "value": part} for part in parts]
            steps += [{"type": "keyUp", "value": part} for part in reversed(parts)]
        self._call("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": steps}]})

    def type(self, text: str) -> None:
        """Type letters."""
        self.press(*text)

    def click(self, selector: str) -> None:
        """Click the first element of a CSS selector."""
        found = self._call("POST", "/element", {"using": "css selector", "value": selector})
        self._call("POST", f"/element/{found[ELEMENT]}/click", {})

    def back(self) -> None:
        """The Back button."""
        self._call("POST", "/back", {})

    def print_pdf(self) -> bytes:
        """The page on letter paper."""
        page = {"width": 21.59, "height": 27.94}
        return base64.b64decode(self._call("POST", "/print", {"page": page, "background": True, "shrinkToFit": False}))

    def picture(self, path: Path, *, whole: bool = False) -> None:
        """Save what is seen, or the whole page, as PNG."""
        shot = self.devtools("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": whole})
        path.write_bytes(base64.b64decode(shot["data"]))

    def complaints(self) -> list[str]:
        """What the console said since it was last asked: errors and warnings, broken policies among them."""
        entries = self._call("POST", "/se/log", {"type": "browser"})
        return [entry["message"] for entry in entries if entry["level"] in ("SEVERE", "WARNING")]

    def requests(self) -> list[str]:
        """Every address asked for since it was last asked."""
        entries = [json.loads(entry["message"])["message"] for entry in self._call("POST", "/se/log", {"type": "performance"})]
        return [entry["params"]["request"]["url"] for entry in entries if entry["method"] == "Network.requestWillBeSent"]
