-- From which file and line does each line of one invoice come?
-- Put the invoice you want in the place of the subquery.
SELECT invoice_line_no, rate_code, component, charge_amount, feed, source_file, source_line, source_record_id, record_quantity
FROM v_charge_source
WHERE invoice_no = (
    SELECT invoice_no FROM fact_invoice WHERE period = (SELECT max(period) FROM dim_period) ORDER BY amount DESC, invoice_no LIMIT 1
)
ORDER BY invoice_line_no, source_file, source_line;
