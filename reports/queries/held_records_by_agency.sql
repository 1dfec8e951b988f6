-- Which agency's records are held, and what would they come to?
-- Empty where nothing is held.
SELECT agency_code, agency_name, feed, count(*) AS records, CAST(sum(amount) AS DECIMAL(18, 2)) AS amount
FROM v_suspense
WHERE period = (SELECT max(period) FROM dim_period)
GROUP BY agency_code, agency_name, feed
ORDER BY agency_code, feed;
