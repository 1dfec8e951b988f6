"""PDF/UA-1 and PDF/A-3a, said by a validator, for every kind of invoice; and that the validator sees what is broken.

The validator is an installable one that passes the veraPDF corpus; it does not see `opacity`, so the style may not use it.
"""

import page
import pytest

from reports.press.printing import pdf
from reports.templating import sources
from tests.reports.kinds import kinds

KINDS = dict(kinds())
UNBOUNDED = page.SafetyLimits.unlimited()


def faults(data: bytes) -> set[str]:
    return {
        fault.rule_id for profile in ("ua1", "3a") for fault in page.validate_pdf_bytes(data, profile=profile, limits=UNBOUNDED).failures
    }


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_invoice_conforms_to_pdf_ua_and_pdf_a(kind):
    assert faults(pdf(KINDS[kind])) == set()


@pytest.mark.parametrize(
    ("sound", "broken", "rule"),
    [
        (b"/S/H2/", b"/S/H4/", "PDFUA1"),
        (b"pdfuaid:part", b"pdfuaid:pxrt", "PDFUA1"),
        (b"pdfaid:conformance", b"pdfaid:conformxnce", "PDFA3A"),
        (b"/AFRelationship/Data", b"/AFRelationxhip/Data", "PDFA3A"),
    ],
)
def test_the_validator_sees_what_is_broken(monkeypatch, sound, broken, rule):
    from reports.press.ink import Ink

    put, plain = Ink.put, Ink.plain
    monkeypatch.setattr(Ink, "put", lambda self, body, number=None: put(self, body.replace(sound, broken), number))
    monkeypatch.setattr(Ink, "plain", lambda self, body, number=None: plain(self, body.replace(sound, broken), number))

    found = faults(pdf(KINDS["one-line"]))

    assert any(fault.startswith(rule) for fault in found), found


def test_the_style_uses_nothing_the_validator_is_blind_to():
    style = sources()["invoice.css"]

    assert "opacity" not in style
    assert "filter" not in style


def test_text_stands_out_from_what_is_behind_it():
    from reports.press.look import Look

    look = Look()
    for shade in (look.ink, look.soft, look.accent, (164, 80, 11)):
        assert contrast(shade, (255, 255, 255)) >= 4.5
        assert contrast(shade, look.tint) >= 4.5
    for bar in ("#7189a3", "#0b4a87", "#b8690f", "#2e7d6b", "#7a5aa6", "#8c2f39", "#5b6875", "#4f7f24", "#3c78b4"):
        assert contrast(tuple(bytes.fromhex(bar[1:])), look.tint) >= 3


def contrast(one, two):
    """The contrast of two colours as WCAG 2.1 reckons it."""
    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(shade):
    parts = [value / 255 for value in shade]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
