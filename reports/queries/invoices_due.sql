-- Which invoices fall due next, and what of them is payable?
SELECT due_on, invoice_no, agency_name, name, amount, disputed_amount, payable_amount, dispute_by
FROM v_invoices
WHERE period = (SELECT max(period) FROM dim_period)
ORDER BY due_on, amount DESC, invoice_no;
