-- What is held and not billed, why, and for how long?
-- Empty where nothing is held.
SELECT
    code, age_band, count(*) AS records, CAST(sum(amount) AS DECIMAL(18, 2)) AS amount, count(*) FILTER (amount IS NULL) AS unpriced,
    max(age_days) AS oldest_days
FROM v_suspense
WHERE period = (SELECT max(period) FROM dim_period)
GROUP BY code, age_band
ORDER BY code, age_band;
