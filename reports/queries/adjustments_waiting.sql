-- Which adjustments still wait for a second person?
-- Empty where every adjustment is approved.
SELECT period, adjustment_id, agency_name, billing_number, reason_code, amount, prepared_by, prepared_at
FROM v_adjustments
WHERE approval_state IS DISTINCT FROM 'APPROVED'
ORDER BY period, adjustment_id;
