# Recipes for people and for CI. `just` alone lists them; `sh setup.sh test` makes .venv first.

set shell := ["sh", "-cu"]

# the checkout's own environment if there is one, else whatever is active
bin := if path_exists(justfile_directory() / ".venv/bin/python") == "true" { justfile_directory() / ".venv/bin/" } else { "" }
workers := env("COTBILL_TEST_WORKERS", "auto")

# list the recipes
[private]
default:
    @just --list --unsorted

# a sample workspace with its months billed, in demo/
demo DIR="demo":
    {{bin}}cotbill demo {{DIR}}

# everything CI checks: lint, types, imports, tests
check: lint types imports test

# all tests but the slow ones; arguments go to pytest
test *ARGS:
    {{bin}}python -m pytest -n {{workers}} --maxprocesses 8 --dist worksteal -m "not slow" {{ARGS}}

# every test, the slow proofs too
slow *ARGS:
    {{bin}}python -m pytest -n {{workers}} --maxprocesses 8 --dist worksteal {{ARGS}}

# ruff: rules and format
lint:
    {{bin}}ruff check .
    {{bin}}ruff format --check .

# mypy --strict over the five packages
types:
    {{bin}}python -m mypy

# imports run one way
imports:
    PYTHONPATH=. {{bin}}lint-imports

# put the code in house format and sort its imports
format:
    {{bin}}ruff check --fix-only --exit-zero .
    {{bin}}ruff format .

# kernels beside DuckDB and pandas, and the call path; ROWS scales the kernels
bench ROWS="2000000":
    {{bin}}python tests/bench/bench_kernels.py {{ROWS}}
    @if [ -f tests/bench/bench_calls.py ]; then {{bin}}python tests/bench/bench_calls.py; fi

# MONTHS of the small sample worked to their close: what each cost, and whether all balances hold
soak MONTHS="120" FOLDER="":
    {{bin}}python -m tests.soak.soak {{MONTHS}} {{FOLDER}}

# invoices in seconds and memory, beside WeasyPrint alone; INVOICES of a month on two workers
bench-invoices INVOICES="2000":
    {{bin}}python tests/bench/bench_invoices.py {{INVOICES}}

# one invoice of every kind as PDF, to be looked at
invoice-kinds DIR="demo":
    mkdir -p {{DIR}}
    {{bin}}python -m tests.reports.kinds {{DIR}}

# a month end of the SCALE sample on two cores: closed, then mart, reports and interface timed, and every file read back
month-end SCALE="medium" FOLDER="":
    PYTHONPATH=. {{bin}}python -m tests.finished.month_end {{SCALE}} {{FOLDER}}

# the month's workbook opened by LibreOffice, which must be installed, saved anew and read back
sheets *ARGS:
    {{bin}}python -m pytest -q tests/sheets/libreoffice.py {{ARGS}}

# the close page of both samples in a browser without a window; FOLDER keeps them; needs chromium, chromedriver and npm
browse FOLDER="bench-data/browse" ONLY="":
    mkdir -p {{FOLDER}}
    npm install --no-save --silent --prefix {{FOLDER}} axe-core@4
    for scale in small medium; do \
      [ -d {{FOLDER}}/$scale ] || {{bin}}cotbill init --sample --scale $scale {{FOLDER}}/$scale; \
      for period in 2026-09 2026-10; do {{bin}}cotbill run $period -w {{FOLDER}}/$scale --as-of 2026-11-06 || [ $? -eq 3 ] || exit 1; done; \
      {{bin}}cotbill reports 2026-10 -w {{FOLDER}}/$scale || exit 1; \
    done
    {{bin}}python -m tests.browse.browse {{FOLDER}} {{ONLY}}

# write the golden files and the README's output anew and show what moved
golden:
    COTBILL_GOLDEN=write {{bin}}python -m pytest -q tests/golden tests/house/test_readme.py -k "golden or first_command"
    git --no-pager diff -- tests/golden README.md

# tamper with two closed months N times, by SEED; a table of kind, tried and found
tamper N="1000" SEED="1":
    {{bin}}python tests/verify/tamper.py {{N}} {{SEED}}

# the property tests again and again, each round with fresh random examples
fuzz ROUNDS="10" *ARGS:
    for round in $(seq {{ROUNDS}}); do {{bin}}python -m pytest -n {{workers}} --maxprocesses 8 -m hypothesis {{ARGS}} || exit 1; done

# a close struck at POINTS changes it makes to the disk: killed, torn, full, without power; and KILLS of a real process
faults POINTS="500" WORKERS="2" KILLS="30":
    PYTHONPATH=. {{bin}}python -m tests.faults.sweep {{POINTS}} {{WORKERS}} {{KILLS}}

# two closes of one month at once, COUNT times
races COUNT="50":
    PYTHONPATH=. {{bin}}python -m tests.faults.racing {{COUNT}}

# the mart MART opened by a DuckDB of the 1.5 line, in an environment of its own: every table, view and macro is read, and counted
older-duckdb MART="demo/mart/cotbill.duckdb" VERSION=">=1.5,<1.6":
    {{bin}}uv run --no-project --isolated --with 'duckdb{{VERSION}}' python tests/mart/older_client.py {{MART}}

# resolve the dependencies again and pin them by hash
lock:
    {{bin}}uv pip compile pyproject.toml --group pyproject.toml:build --extra dev --extra bench --universal --python-version 3.11 \
        --generate-hashes --no-header --no-annotate --quiet --output-file requirements/test.lock
    {{bin}}uv pip compile pyproject.toml --group pyproject.toml:build --universal --python-version 3.11 --constraint requirements/test.lock \
        --generate-hashes --no-header --no-annotate --quiet --output-file requirements/run.lock
