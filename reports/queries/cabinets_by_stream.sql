-- What does each cabinet pay this month, stream by stream?
SELECT
    coalesce(cabinet, 'no cabinet') AS cabinet, stream, count(*) AS lines, CAST(sum(amount) AS DECIMAL(18, 2)) AS amount
FROM v_invoice_lines
WHERE period = (SELECT max(period) FROM dim_period)
GROUP BY ALL
ORDER BY ALL;
