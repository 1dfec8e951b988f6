-- The bill of one billing number in a month, in the order of its invoice: FROM bill('D0121001', '2026-10'); write the number as text
-- bill(billing_number, p) TABLE
SELECT
    l.invoice_no, l.invoice_line_no, l.stream, l.component, l.rate_code, l.rate_code_name, l.description, l.service_from, l.service_to,
    l.quantity, l.uom, l.unit_rate, l.amount, l.is_prior_period, l.rule
FROM v_invoice_lines AS l WHERE l.billing_number = CAST(billing_number AS VARCHAR) AND l.period = p
ORDER BY l.invoice_no, l.invoice_line_no
