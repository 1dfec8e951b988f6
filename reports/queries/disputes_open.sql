-- Which disputes are open, how long, and what do the invoices come to without them?
-- Empty where nothing is disputed.
SELECT dispute_id, status, agency_name, invoice_no, invoice_line_no, amount, invoice_amount, is_inside_window, owner, days_open, due_on
FROM v_disputes
WHERE status IN ('WAITING', 'OPEN')
ORDER BY days_open DESC, dispute_id;
