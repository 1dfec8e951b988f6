-- One row an adjustment billed: what it corrects, who prepared and approved it, and whether it crosses a fiscal year
-- period text
-- adjustment_id text the adjustment's number
-- adj_type text CREDIT, DEBIT, CREDIT_REBILL, TRANSFER ...
-- reason_code text why
-- agency_code text
-- agency_name text name of the agency
-- billing_number text
-- rate_code text
-- amount money dollars; a credit is negative
-- invoice_no text
-- original_charge_id text charge row it corrects
-- original_period text the month of that row; null where it is not in this file
-- original_amount money dollars of that row; null where it is not in this file
-- crosses_fiscal_year yes whether that row was billed in another fiscal year; null where it is not in this file
-- prepared_by text who prepared it
-- prepared_at time when, UTC
-- approved_by text who approved it; null: nobody yet
-- approval_state text WAITING, APPROVED, RETURNED or STALE
-- description text what it is for
SELECT
    j.period, j.adjustment_id, j.adj_type, j.reason_code, b.agency_code, b.agency_name, j.billing_number, j.rate_code, j.amount,
    j.invoice_no, j.original_charge_id, o.period AS original_period, o.amount AS original_amount,
    q.fiscal_year <> p.fiscal_year AS crosses_fiscal_year, j.prepared_by, j.prepared_at, j.approved_by, j.approval_state, j.description
FROM fact_adjustment AS j
JOIN dim_period AS p ON p.period = j.period
LEFT JOIN v_billing_number AS b ON b.period = j.period AND b.billing_number = j.billing_number
LEFT JOIN (
    SELECT charge_id, period, amount FROM fact_charge QUALIFY row_number() OVER (PARTITION BY charge_id ORDER BY period) = 1
) AS o ON o.charge_id = j.original_charge_id
LEFT JOIN dim_period AS q ON q.period = o.period
