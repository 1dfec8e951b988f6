-- One row a dispute: who raised it, whether in time, what stays payable and how long it took
-- period text
-- dispute_id text name of the dispute
-- status text WAITING for a second person, RETURNED, OPEN or DECIDED
-- outcome text FULL_CREDIT, PARTIAL or DENIED
-- agency_code text
-- agency_name text name of the agency
-- billing_number text
-- invoice_no text
-- invoice_line_no whole line disputed; null: all
-- amount money dollars disputed
-- credited_amount money dollars given back
-- invoice_amount money dollars of the invoice; null where it is not in this file
-- received_on day when it came
-- due_on day when it is to be settled
-- is_inside_window yes whether it was received in time
-- owner text who works it
-- days_open whole days from receipt to the decision; not decided: to the newest day of record in this file
-- reason text why
SELECT
    d.period, d.dispute_id, d.status, d.outcome, d.agency_code, a.agency_name, d.billing_number, d.invoice_no, d.invoice_line_no,
    d.amount, d.credited_amount, i.amount AS invoice_amount, d.received_on, d.due_on, d.is_inside_window, d.owner,
    coalesce(d.days_open, greatest(datediff('day', d.received_on, (SELECT max(as_of) FROM dim_period)), 0)) AS days_open, d.reason
FROM fact_dispute AS d
LEFT JOIN v_agency AS a ON a.period = d.period AND a.agency_code = d.agency_code
LEFT JOIN fact_invoice AS i ON i.invoice_no = d.invoice_no
