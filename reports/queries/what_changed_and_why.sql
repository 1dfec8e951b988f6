-- What changed since last month, by agency: price, quantity, new, gone or one-time?
-- Empty where the month before is not in the file.
SELECT
    agency_code, agency_name,
    CAST(sum(before) AS DECIMAL(18, 2)) AS before, CAST(sum(now) AS DECIMAL(18, 2)) AS now, CAST(sum(change) AS DECIMAL(18, 2)) AS change,
    CAST(sum(price_effect) AS DECIMAL(18, 2)) AS price_effect, CAST(sum(quantity_effect) AS DECIMAL(18, 2)) AS quantity_effect,
    CAST(sum(new_effect) AS DECIMAL(18, 2)) AS new_effect, CAST(sum(gone_effect) AS DECIMAL(18, 2)) AS gone_effect,
    CAST(sum(one_time_effect) AS DECIMAL(18, 2)) AS one_time_effect
FROM v_month_over_month
WHERE period = (SELECT max(period) FROM dim_period)
GROUP BY agency_code, agency_name
ORDER BY abs(sum(change)) DESC, agency_code;
