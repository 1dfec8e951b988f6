-- Which prices changed in this fiscal year or will change, from what to what, by whose approval?
-- Empty where no price changed.
SELECT rate_code, name, scope, agency_code, billing_number, valid_from, prior_unit_rate, unit_rate, unit_rate_change, approval_ref, approved_by
FROM v_rate_history
WHERE prior_unit_rate IS NOT NULL AND unit_rate_change <> 0 AND fy(valid_from) >= (SELECT max(fiscal_year) FROM dim_period)
ORDER BY valid_from, rate_code, agency_code, billing_number;
