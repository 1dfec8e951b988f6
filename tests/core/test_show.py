"""Tables fit the terminal they are printed on, and lose no word in it."""

import pytest

from pipelines.commands.show import table

HEADS = ("id", "dollars", "what is wrong; what to do")
ROW = ("X1", "1,412.50", "billing number D6O51001 is not in billing_numbers.csv; check the F100 queue; correct it or set it up")


@pytest.mark.parametrize("width", [24, 40, 60, 80, 200])
def test_no_line_is_wider_than_the_terminal_and_no_word_is_lost(capsys, width):
    table(HEADS, [ROW], right=(1,), widest=width)

    printed = capsys.readouterr().out

    assert max(len(line) for line in printed.splitlines()) <= width
    words = " ".join(ROW).split()
    assert printed.split()[-len(words) :] == words


def test_a_pipe_gets_one_line_a_row(capsys):
    table(HEADS, [ROW, ROW])

    assert len(capsys.readouterr().out.splitlines()) == 4
