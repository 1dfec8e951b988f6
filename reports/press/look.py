"""How the drawn pages look: measures in hundredths of a point, colours as red, green and blue of 255."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from billing.errors import InputError

WIDTH: Final = 61200  # letter paper
HEIGHT: Final = 79200
LOOK_FILE: Final = "detail.toml"
_LEAST, _MOST = 300, 12000
_SHADES: Final = 3


@dataclass(frozen=True)
class Look:
    """Every measure and colour a workspace may set in `templates/detail.toml`."""

    left: int = 5386
    right: int = 5386
    top: int = 6900
    bottom: int = 5300
    text_size: int = 910
    small_size: int = 790
    head_size: int = 860
    about_size: int = 960
    title_size: int = 1250
    row_space: int = 640  # above and below the letters of a row
    gap: int = 780  # between columns
    section_gap: int = 2700
    ink: tuple[int, int, int] = (22, 32, 44)
    soft: tuple[int, int, int] = (80, 93, 106)
    accent: tuple[int, int, int] = (11, 74, 135)
    hair: tuple[int, int, int] = (217, 223, 230)
    tint: tuple[int, int, int] = (241, 244, 249)

    @property
    def measure(self) -> int:
        """The width between the margins."""
        return WIDTH - self.left - self.right


def read_look(values: Mapping[str, Any], file: str) -> Look:
    """A look with some measures and colours of its own.

    Raises:
        InputError: a name that is not one of the look's, or a value out of bounds.
    """
    known = {item.name: item.default for item in fields(Look)}
    found: dict[str, Any] = {}
    for name, value in values.items():
        if name not in known:
            raise InputError(f"{file}: '{name}' is not a measure or a colour; expected one of {', '.join(known)}")
        if isinstance(known[name], tuple):
            good = isinstance(value, list) and len(value) == _SHADES and all(type(one) is int and 0 <= one <= 255 for one in value)
            found[name] = tuple(value) if good else None
        else:
            good = type(value) is int and _LEAST <= value <= _MOST
            found[name] = value
        if not good:
            raise InputError(f"{file}: '{name}' is {value!r}; write three numbers of 0 to 255 for a colour, hundredths of a point else")
    return Look(**found)
