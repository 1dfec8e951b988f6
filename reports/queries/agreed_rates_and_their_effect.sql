-- What did rates agreed with single agencies cost or bring this month, against the standard rate?
-- Empty where no row was priced by an agreed rate that has a standard beside it.
SELECT
    c.agency_code, c.rate_code, c.unit_rate AS agreed_rate, s.unit_rate AS standard_rate, CAST(sum(c.quantity) AS DECIMAL(18, 6)) AS quantity,
    CAST(sum(c.amount) AS DECIMAL(18, 2)) AS amount,
    CAST(round(CAST(sum(c.quantity) AS DECIMAL(18, 6)) * (c.unit_rate - s.unit_rate), 2) AS DECIMAL(18, 2)) AS difference
FROM fact_charge AS c
JOIN dim_agency_rate AS g
    ON g.approval_ref = c.approval_ref AND g.rate_code = c.rate_code AND g.valid_from = c.rate_valid_from AND g.agency_code = c.agency_code
    AND (g.billing_number IS NULL OR g.billing_number = c.billing_number)
JOIN dim_rate AS s
    ON s.rate_code = c.rate_code AND s.valid_from <= c.rate_date AND (s.valid_to IS NULL OR s.valid_to > c.rate_date)
WHERE c.period = (SELECT max(period) FROM dim_period) AND c.unit_rate IS NOT NULL AND s.unit_rate IS NOT NULL
GROUP BY c.agency_code, c.rate_code, c.unit_rate, s.unit_rate
ORDER BY c.agency_code, c.rate_code, c.unit_rate;
