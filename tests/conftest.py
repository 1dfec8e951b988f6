"""Shared test set-up."""

import datetime as dt

import polars as pl

pl.Series([dt.date(2026, 1, 1)])  # polars' first date conversion must not happen under a frozen clock
