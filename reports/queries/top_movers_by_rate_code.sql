-- Which rate codes grew or shrank most since last month?
-- Empty where the month before is not in the file.
SELECT
    stream, rate_code, rate_code_name,
    CAST(sum(before) AS DECIMAL(18, 2)) AS before, CAST(sum(now) AS DECIMAL(18, 2)) AS now, CAST(sum(change) AS DECIMAL(18, 2)) AS change
FROM v_month_over_month
WHERE period = (SELECT max(period) FROM dim_period)
GROUP BY stream, rate_code, rate_code_name
ORDER BY abs(sum(change)) DESC, stream, rate_code
LIMIT 20;
