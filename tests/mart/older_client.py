"""Open a mart with whatever DuckDB is on the path, and read every table, view and macro of it: `python older_client.py MART`.

It imports nothing of ours, so that an older client than the one that is pinned can run it.
"""

import sys

import duckdb


def read(path: str) -> list[tuple[str, str, int, int]]:
    """Kind, name, columns and rows of all there is in a mart; every row is fetched, every meaning has to be there."""
    found = []
    with duckdb.connect(path, read_only=True) as connection:
        connection.execute("SET enable_progress_bar = false")
        (period, number) = connection.execute("SELECT max(period), max(billing_number) FROM fact_charge").fetchone()
        calls = {"fy": "SELECT fy(DATE '2026-06-30'), fy(DATE '2026-07-01')", "charges": "FROM charges($p)", "bill": "FROM bill($n, $p)"}
        named = connection.execute(
            "SELECT 'table', table_name, comment FROM duckdb_tables() WHERE NOT internal"
            " UNION ALL SELECT 'view', view_name, comment FROM duckdb_views() WHERE NOT internal"
            " UNION ALL SELECT 'macro', function_name, comment FROM duckdb_functions() WHERE NOT internal ORDER BY ALL"
        ).fetchall()
        for kind, name, comment in named:
            if not comment:
                raise SystemExit(f"{kind} {name} does not say what it is")
            given = {"fy": {}, "charges": {"p": period}, "bill": {"n": number, "p": period}}.get(name, {})
            answer = connection.execute(calls[name] if kind == "macro" else f'FROM "{name}"', given)
            columns = len(answer.description)
            found.append((kind, name, columns, len(answer.fetchall())))
        silent = connection.execute("SELECT count(*) FROM duckdb_columns() WHERE NOT internal AND comment IS NULL").fetchone()[0]
        if silent:
            raise SystemExit(f"{silent} columns do not say what they are")
    return found


def main() -> None:
    found = read(sys.argv[1])
    for kind, name, columns, rows in found:
        sys.stdout.write(f"{kind:6}{name:26}{columns:4} columns{rows:10,} rows\n")
    counts = {kind: sum(1 for each in found if each[0] == kind) for kind in ("table", "view", "macro")}
    sys.stdout.write(f"DuckDB {duckdb.__version__} read {', '.join(f'{count} {kind}s' for kind, count in counts.items())}\n")


if __name__ == "__main__":
    main()
