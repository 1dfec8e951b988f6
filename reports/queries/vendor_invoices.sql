-- Which vendor invoices came in, what did they cost, and what of them is not billed on?
-- Empty where the month has no vendor invoice.
SELECT vendor_name, vendor_invoice_no, vendor_invoice_date, lines, lines_held, cost, cost_held, billed_amount
FROM v_vendor_invoices
WHERE period = (SELECT max(period) FROM dim_period)
ORDER BY vendor_name, vendor_invoice_no;
