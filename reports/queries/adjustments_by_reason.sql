-- Why were credits and debits given this month, and how much of it corrects an earlier fiscal year?
-- Empty where the month has no adjustment.
SELECT
    adj_type, reason_code, approval_state, count(*) AS adjustments, CAST(sum(amount) AS DECIMAL(18, 2)) AS amount,
    count(*) FILTER (crosses_fiscal_year) AS crossing_a_fiscal_year
FROM v_adjustments
WHERE period = (SELECT max(period) FROM dim_period)
GROUP BY ALL
ORDER BY ALL;
