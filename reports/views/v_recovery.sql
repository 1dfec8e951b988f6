-- One row a cost group and month: the fiscal year's revenue and cost over the months in this file up to it; groups are never netted
-- period text
-- fiscal_year whole fiscal year, named after the calendar year it ends in
-- cost_group text cost group
-- months whole months of the fiscal year in this file, up to and including this one
-- days whole days of those months
-- revenue money dollars billed in those months
-- cost money cost of those months: a month's actual cost, else a twelfth of the year's actual, else of its forecast; null where none is known
-- over_under money revenue - cost; below zero is under-recovery
-- reserve_limit money 60 calendar days of that cost
-- reserve_days rate over_under in days of cost, to one place; null where there is no cost, or next to none
-- state text OVER_LIMIT above the 60-day line, WITHIN, UNDER below zero, NO_COST where that of some month is not known
WITH months AS (
    SELECT p.period, p.fiscal_year, q.period AS month, datediff('day', q.first_day, q.last_day) + 1 AS days
    FROM dim_period AS p JOIN dim_period AS q ON q.fiscal_year = p.fiscal_year AND q.period <= p.period
), spans AS (
    SELECT period, fiscal_year, count(*) AS months, CAST(sum(days) AS BIGINT) AS days FROM months GROUP BY period, fiscal_year
), billed AS (
    SELECT m.period, m.fiscal_year, coalesce(r.cost_group, 'NOT KNOWN') AS cost_group, sum(c.amount) AS revenue
    FROM months AS m JOIN fact_charge AS c ON c.period = m.month LEFT JOIN dim_rate_code AS r ON r.rate_code = c.rate_code
    GROUP BY ALL
), pools AS (
    SELECT fiscal_year, cost_group, period, sum(actual_cost) AS actual, sum(forecast_cost) AS forecast
    FROM dim_cost_pool GROUP BY fiscal_year, cost_group, period
), groups AS (
    SELECT DISTINCT fiscal_year, cost_group FROM pools
), costs AS (
    SELECT m.period, m.fiscal_year, g.cost_group,
        CASE WHEN count(*) = count(coalesce(t.actual, y.actual, y.forecast)) THEN
            sum(CAST(round(CASE WHEN t.actual IS NOT NULL THEN t.actual * 12 ELSE coalesce(y.actual, y.forecast) END * 100, 0) AS HUGEINT))
        END AS twelve
    FROM months AS m
    JOIN groups AS g ON g.fiscal_year = m.fiscal_year
    LEFT JOIN pools AS t ON t.fiscal_year = g.fiscal_year AND t.cost_group = g.cost_group AND t.period = m.month
    LEFT JOIN pools AS y ON y.fiscal_year = g.fiscal_year AND y.cost_group = g.cost_group AND y.period IS NULL
    GROUP BY ALL
), met AS (
    SELECT s.period, s.fiscal_year, coalesce(b.cost_group, k.cost_group) AS cost_group, s.months, s.days,
        CAST(coalesce(b.revenue, 0) AS DECIMAL(18, 2)) AS revenue, k.twelve,
        CAST(coalesce(b.revenue, 0) * 100 AS HUGEINT) * 12 - k.twelve AS over_twelve,
        CAST((2 * abs(k.twelve) + 12) // 24 * sign(k.twelve) AS DECIMAL(18, 0)) * CAST(0.01 AS DECIMAL(3, 2)) AS cost,
        CAST((2 * abs(k.twelve) * 5 + s.days) // (2 * s.days) * sign(k.twelve) AS DECIMAL(18, 0)) * CAST(0.01 AS DECIMAL(3, 2)) AS reserve
    FROM billed AS b FULL JOIN costs AS k ON k.period = b.period AND k.cost_group = b.cost_group
    JOIN spans AS s ON s.period = coalesce(b.period, k.period)
)
SELECT period, fiscal_year, cost_group, months, days, revenue,
    CAST(cost AS DECIMAL(18, 2)) AS cost,
    CAST(revenue - cost AS DECIMAL(18, 2)) AS over_under,
    CAST(reserve AS DECIMAL(18, 2)) AS reserve_limit,
    CAST(CASE WHEN twelve > 0 AND abs(over_twelve) * days <= 1000000000 * twelve THEN
        CAST((20 * abs(over_twelve) * days + twelve) // (2 * twelve) AS DECIMAL(14, 0)) * CAST(0.1 AS DECIMAL(2, 1)) * sign(over_twelve)
        END AS DECIMAL(18, 6)) AS reserve_days,
    CASE WHEN twelve IS NULL THEN 'NO_COST' WHEN over_twelve < 0 THEN 'UNDER'
        WHEN over_twelve * days > 60 * twelve THEN 'OVER_LIMIT' ELSE 'WITHIN' END AS state
FROM met
