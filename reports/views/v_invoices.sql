-- One row an invoice: what is due and when, against the month before, and what of it is disputed
-- period text
-- status text state of the month: OPEN, CLOSING, CLOSED or FINAL
-- invoice_no text
-- agency_code text
-- agency_name text name of the agency
-- cabinet text cabinet of the agency
-- billing_number text billing number, or the group's code on a group invoice
-- name text of the billing number, or of the agency on a group invoice
-- amount money dollars due
-- prior_amount money last period's; null when there is none
-- change money amount - prior_amount; null when there is none
-- disputed_amount money dollars of disputes that are open and were taken up
-- payable_amount money amount - disputed_amount
-- issued_on day date of the invoice
-- due_on day date payment is due
-- dispute_by day last day to dispute it
-- line_count whole lines on it
-- is_rendered yes whether its PDF has been made
SELECT
    i.period, p.status, i.invoice_no, i.agency_code, i.agency_name, a.cabinet, i.billing_number, i.name, i.amount, i.prior_amount,
    CAST(i.amount - i.prior_amount AS DECIMAL(18, 2)) AS change,
    CAST(coalesce(d.disputed, 0) AS DECIMAL(18, 2)) AS disputed_amount,
    CAST(i.amount - coalesce(d.disputed, 0) AS DECIMAL(18, 2)) AS payable_amount,
    i.issued_on, i.due_on, i.dispute_by, i.line_count, i.pdf_sha256 IS NOT NULL AS is_rendered
FROM fact_invoice AS i
JOIN dim_period AS p ON p.period = i.period
LEFT JOIN v_agency AS a ON a.period = i.period AND a.agency_code = i.agency_code
LEFT JOIN (
    SELECT invoice_no, sum(amount) AS disputed FROM fact_dispute WHERE status = 'OPEN' GROUP BY invoice_no
) AS d ON d.invoice_no = i.invoice_no
