-- Which single lines are the largest this month?
SELECT invoice_no, invoice_line_no, agency_name, billing_number, rate_code, description, quantity, unit_rate, amount
FROM v_invoice_lines
WHERE period = (SELECT max(period) FROM dim_period)
ORDER BY amount DESC, charge_id
LIMIT 25;
