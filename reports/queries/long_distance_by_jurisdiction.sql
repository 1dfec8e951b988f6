-- How many calls, minutes and dollars went where?
-- Empty where the month has no call.
SELECT
    plan, jurisdiction, CAST(sum(calls) AS BIGINT) AS calls, CAST(sum(free_calls) AS BIGINT) AS free_calls,
    CAST(sum(billed_seconds) // 60 AS BIGINT) AS whole_minutes, CAST(sum(rated_amount) AS DECIMAL(18, 6)) AS rated_amount
FROM v_call_summary
WHERE period = (SELECT max(period) FROM dim_period)
GROUP BY plan, jurisdiction
ORDER BY plan, jurisdiction;
