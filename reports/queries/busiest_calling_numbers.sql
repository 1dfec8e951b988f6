-- Which billing numbers spend most on long distance, and how long are their calls?
-- Empty where the month has no call.
SELECT
    agency_name, billing_number, billing_number_name, CAST(sum(calls) AS BIGINT) AS calls,
    CAST(sum(billed_seconds) AS BIGINT) AS billed_seconds, max(longest_seconds) AS longest_seconds,
    CAST(sum(rated_amount) AS DECIMAL(18, 6)) AS rated_amount
FROM v_call_summary
WHERE period = (SELECT max(period) FROM dim_period)
GROUP BY agency_name, billing_number, billing_number_name
ORDER BY sum(rated_amount) DESC, billing_number
LIMIT 20;
