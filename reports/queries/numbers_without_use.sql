-- Which active billing numbers were billed nothing in the last six months?
-- Empty where every active number was used.
SELECT b.billing_number, b.name, b.agency_code, b.agency_name
FROM v_billing_number AS b
WHERE b.period = (SELECT max(period) FROM dim_period) AND b.status = 'ACTIVE' AND b.billing_number NOT IN (
    SELECT billing_number FROM fact_charge
    WHERE period > (SELECT strftime(max(first_day) - INTERVAL 6 MONTH, '%Y-%m') FROM dim_period)
)
ORDER BY b.billing_number;
