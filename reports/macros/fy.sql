-- The Kentucky fiscal year of a day, named after the calendar year it ends in: fy(DATE '2026-07-01') is 2027
-- fy(d)
CAST(year(CAST(d AS DATE)) + CASE WHEN month(CAST(d AS DATE)) >= 7 THEN 1 ELSE 0 END AS BIGINT)
