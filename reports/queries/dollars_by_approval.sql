-- By which rate approval was each dollar of this month billed?
SELECT
    approval_ref, rate_code, min(rate_valid_from) AS rate_valid_from, count(*) AS lines, CAST(sum(amount) AS DECIMAL(18, 2)) AS amount
FROM fact_charge
WHERE period = (SELECT max(period) FROM dim_period)
GROUP BY approval_ref, rate_code
ORDER BY approval_ref, rate_code;
