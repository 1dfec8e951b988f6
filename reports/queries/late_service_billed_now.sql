-- What is billed this month for service of earlier months, and of which?
-- Empty where nothing came late.
SELECT
    strftime(service_from, '%Y-%m') AS service_month, stream, agency_name, count(*) AS lines, CAST(sum(amount) AS DECIMAL(18, 2)) AS amount
FROM v_invoice_lines
WHERE period = (SELECT max(period) FROM dim_period) AND is_prior_period
GROUP BY ALL
ORDER BY ALL;
