-- One row a charge and a record that made it: from the invoice line to the file and line
-- period text
-- charge_id text
-- invoice_no text
-- invoice_line_no whole line number on the invoice
-- billing_number text
-- stream text
-- rate_code text
-- component text BASE MRC NRC USAGE CALLS FEE TAX SURCHARGE CREDIT DEBIT
-- charge_amount money dollars of the whole charge row, on each of its records; do not add them up
-- feed text
-- source_file text
-- source_line whole
-- source_record_id text
-- record_quantity rate units the record brought
SELECT c.period, c.charge_id, c.invoice_no, c.invoice_line_no, c.billing_number, c.stream, c.rate_code, c.component,
    c.amount AS charge_amount, s.feed, s.source_file, s.source_line, s.source_record_id, s.quantity AS record_quantity
FROM fact_charge AS c JOIN bridge_charge_source AS s ON s.period = c.period AND s.charge_id = c.charge_id
