"""The palette by numbers: it stands out on white, and readers who see fewer colours still tell its parts apart."""

import itertools

import pytest

from reports.charts.style import BLUE, INK, MORE, ORANGE, PALETTE, QUIET, SOFT
from tests.reports.test_press_conformance import contrast, luminance

WHITE = (255, 255, 255)
# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB
SEEN = {
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "no green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "no blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
    "grey": ((0.2126, 0.7152, 0.0722),) * 3,
}


def rgb(shade: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(shade[1:]))


@pytest.mark.parametrize("shade", [INK, SOFT, MORE, BLUE])
def test_letters_stand_out(shade):
    assert contrast(rgb(shade), WHITE) >= 4.5


@pytest.mark.parametrize("shade", PALETTE)
def test_areas_stand_out(shade):
    assert contrast(rgb(shade), WHITE) >= 3


@pytest.mark.parametrize("eyes", [name for name in SEEN if name != "grey"])
def test_the_parts_of_the_palette_are_told_apart(eyes):
    for one, other in itertools.combinations(PALETTE, 2):
        assert distance(lab(rgb(one), SEEN[eyes]), lab(rgb(other), SEEN[eyes])) >= 20, (one, other)


def test_more_and_less_are_told_apart_on_a_grey_printer():
    assert contrast(rgb(BLUE), rgb(ORANGE)) >= 1.9


def test_the_measure_sees_what_cannot_be_told_apart():
    red, green = rgb("#c0504d"), rgb("#8a8a2b")

    assert distance(lab(red, SEEN["no green"]), lab(green, SEEN["no green"])) < 20
    assert luminance(rgb(QUIET)) > luminance(rgb(BLUE))


def lab(shade, seen):
    """CIE L*a*b*, D65, of a colour as it is seen."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (value / 255 for value in shade)]
    red, green, blue = (min(max(sum(weight * part for weight, part in zip(row, linear, strict=True)), 0), 1) for row in seen)
    x = (0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047
    y = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue
    z = (0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883
    fx, fy, fz = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def distance(one, other):
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5
