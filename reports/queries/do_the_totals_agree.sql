-- Do charges, funding splits and invoices of each month come to the same cents?
SELECT
    p.period, p.status, c.amount AS charges, s.amount AS splits, i.amount AS invoices,
    c.amount = s.amount AND c.amount = i.amount AS is_equal
FROM dim_period AS p
LEFT JOIN (SELECT period, CAST(sum(amount) AS DECIMAL(18, 2)) AS amount FROM fact_charge GROUP BY period) AS c ON c.period = p.period
LEFT JOIN (SELECT period, CAST(sum(amount) AS DECIMAL(18, 2)) AS amount FROM fact_split GROUP BY period) AS s ON s.period = p.period
LEFT JOIN (SELECT period, CAST(sum(amount) AS DECIMAL(18, 2)) AS amount FROM fact_invoice GROUP BY period) AS i ON i.period = p.period
ORDER BY p.period;
