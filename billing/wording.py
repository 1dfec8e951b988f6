"""Put figures of a frame's rows into words."""

import polars as pl


def phrase(template: str, *values: pl.Expr | str) -> pl.Expr:
    """Fill each `{}` of a template with a value of the row, as text; null where a value is null.

    Stands in for `polars.format`, which panics on a column whose first chunk is empty: polars filters a long frame in
    as many parts as the machine has cores, and a part may hold no row.

    Args:
        template: words with a `{}` for each value.
        values: expressions or column names, in the template's order.

    Raises:
        ValueError: the template has more or fewer places than there are values.
    """
    words = template.split("{}")
    if len(words) != len(values) + 1:
        raise ValueError(f"'{template}' has {len(words) - 1} places for {len(values)} values")
    parts = [pl.lit(words[0])] if words[0] else []
    for value, text in zip(values, words[1:], strict=True):
        parts.append((pl.col(value) if isinstance(value, str) else value).cast(pl.String))
        parts += [pl.lit(text)] if text else []
    return pl.concat_str(parts)
