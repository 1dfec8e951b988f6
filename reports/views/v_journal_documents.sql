-- One row a document of the accounting interface: its sides, whether they balance, and how it was answered
-- period text
-- doc_id text document number
-- doc_code text kind of document
-- invoice_no text invoice it carries
-- billing_number text
-- lines whole its lines
-- debit money dollars on the debit side
-- credit money dollars on the credit side
-- is_balanced yes whether the two are equal
-- status text SENT ACCEPTED REJECTED; RESENT, REVERSED, REPLACED by a later document
-- answer text the accounting system's words
SELECT
    period, doc_id, doc_code, max(invoice_no) AS invoice_no, max(billing_number) AS billing_number, count(*) AS lines,
    CAST(coalesce(sum(amount) FILTER (dr_cr = 'DR'), 0) AS DECIMAL(18, 2)) AS debit,
    CAST(coalesce(sum(amount) FILTER (dr_cr = 'CR'), 0) AS DECIMAL(18, 2)) AS credit,
    coalesce(sum(amount) FILTER (dr_cr = 'DR'), 0) = coalesce(sum(amount) FILTER (dr_cr = 'CR'), 0) AS is_balanced,
    max(status) AS status, max(answer) AS answer
FROM fact_journal
GROUP BY period, doc_id, doc_code
