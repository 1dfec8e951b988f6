"""What a list withholds is replaced by its code wherever it stands, is in the index, and a slip of the pen refuses the list."""

from pathlib import Path

import polars as pl
import pytest

from billing.call_detail import call_detail
from billing.errors import BillingError, InputError, RefusalsError
from billing.redaction import FIELDS, redact
from inputs.redactions_file import read_redactions
from tests.call_detail.rows import LINE, NUMBER, month

HEAD = "call_id,number,field,code,reason\n"
CODE = "KRS 61.878(1)(a)"
CALLS = [
    ("r1", None, "12127360100", "0"), ("r2", None, "2127360100", "0"), ("r3", None, "7360100", "0"), ("r4", None, "13122221234", "0"),
    ("r5", None, "+93701234567", "0"), ("r6", None, "01193701234567", "0"),
]  # fmt: skip


def detail() -> pl.DataFrame:
    return call_detail(*month(CALLS, []), NUMBER)


def listed(folder: Path, *rows: str) -> pl.DataFrame:
    (folder / "list.csv").write_text(HEAD + "".join(f"{row}\n" for row in rows), "utf-8")
    return read_redactions(folder / "list.csv")


def refusals(error: BillingError) -> list[str]:
    return [str(each) for each in error.errors] if isinstance(error, RefusalsError) else [str(error)]


def test_a_field_of_a_call_is_replaced_by_its_code_and_stands_in_the_index(tmp_path: Path) -> None:
    done = redact(detail(), listed(tmp_path, f"r4,,to_number,{CODE},privacy", f"r4,,destination,{CODE},privacy"))

    row = done.detail.filter(pl.col("call_id") == "r4").to_dicts()[0]
    assert (row["to_number"], row["destination"], row["charge_number"]) == (CODE, CODE, LINE)
    assert done.withheld.select("line", "call_id", "field", "code", "reason").rows() == [
        (5, "r4", "destination", CODE, "privacy"), (5, "r4", "to_number", CODE, "privacy"),
    ]  # fmt: skip
    assert done.faults == []
    assert done.detail.filter(pl.col("call_id") != "r4").equals(detail().filter(pl.col("call_id") != "r4"))


@pytest.mark.parametrize(
    ("pattern", "calls"),
    [
        ("2127360100", ["r1", "r2"]),  # with and without 1
        ("12127360100", ["r1", "r2"]),
        ("5027360100", ["r3"]),  # seven digits, dialled from area code 502
        ("7360100", ["r3"]),
        ("212*", ["r1", "r2"]),
        ("312222*", ["r4"]),
        ("01193701234567", ["r5", "r6"]),
        ("93*", ["r5", "r6"]),
    ],
)
def test_a_number_is_withheld_however_it_was_dialled(tmp_path: Path, pattern: str, calls: list[str]) -> None:
    done = redact(detail(), listed(tmp_path, f",{pattern},,{CODE},privacy"))

    assert done.detail.filter(pl.col("to_number") == CODE)["call_id"].to_list() == calls


def test_a_number_that_is_withheld_in_one_field_does_not_stay_in_another(tmp_path: Path) -> None:
    done = redact(detail(), listed(tmp_path, f"r1,,from_number,{CODE},privacy"))

    row = done.detail.filter(pl.col("call_id") == "r1").to_dicts()[0]
    assert (row["from_number"], row["charge_number"]) == (CODE, CODE)
    assert done.withheld["field"].to_list() == ["charge_number", "from_number"]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (["r9,,to_number,A,why"], "list.csv:2: there is no call r9"),
        ([",9998887777,,A,why"], "list.csv:2: the number matches no call"),
        (["r1,,to_number,A,why", "r1,,to_number,B,why"], "list.csv:3: to_number of call r1 is withheld by line 2 already"),
        (["r1,,to_number,A,why", ",2127360100,,A,else"], "list.csv:3: to_number of call r1 is withheld by line 2 already"),
    ],
)
def test_an_entry_that_names_nothing_or_contradicts_another_is_a_fault(tmp_path: Path, rows: list[str], words: str) -> None:
    done = redact(detail(), listed(tmp_path, *rows))

    assert any(f"list.csv:{line}: {text}".startswith(words) for line, text in done.faults)
    assert not any(digits in text for _, text in done.faults for digits in ("9998887777", "2127360100"))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("r1,,to_number,,why", "code is missing"),
        ("r1,,to_number,A,", "reason is missing"),
        ("r1,2127360100,to_number,A,why", "give a call_id or a number, one of the two"),
        (",,to_number,A,why", "give a call_id or a number, one of the two"),
        ("r1,,,A,why", "a call_id needs a field"),
        ("r1,,amount,A,why", f"field is none of {', '.join(FIELDS)}"),
        (",212-736-0100,,A,why", "number is not 2 to 20 digits"),
        (",*,,A,why", "number is not 2 to 20 digits"),
    ],
)
def test_a_row_that_is_not_whole_is_refused_by_file_and_line(tmp_path: Path, row: str, words: str) -> None:
    with pytest.raises(BillingError) as caught:
        listed(tmp_path, "r2,,to_number,A,why", row)

    said = refusals(caught.value)
    assert any(text.startswith(f"list.csv:3: F006: {words}") for text in said), said
    assert not any("736" in text for text in said)


def test_a_list_that_withholds_nothing_or_lacks_a_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="withholds nothing"):
        listed(tmp_path)
    (tmp_path / "odd.csv").write_text("call_id,field,code,reason\nr1,to_number,A,why\n", "utf-8")
    with pytest.raises(InputError, match=r"odd\.csv:1"):
        read_redactions(tmp_path / "odd.csv")
