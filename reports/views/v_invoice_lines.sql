-- One row a line of an invoice, with the names of agency, billing number and rate code
-- period text
-- status text state of the month: OPEN, CLOSING, CLOSED or FINAL
-- invoice_no text
-- invoice_line_no whole line number on the invoice
-- charge_id text
-- cabinet text cabinet of the agency
-- agency_code text
-- agency_name text name of the agency
-- billing_number text
-- billing_number_name text name of the billing number
-- stream text
-- component text BASE MRC NRC USAGE CALLS FEE TAX SURCHARGE CREDIT DEBIT
-- rate_code text
-- rate_code_name text name of the rate code
-- cost_group text cost group of the rate code
-- description text what the line is for
-- service_from day first day of service
-- service_to day last day of service, inclusive
-- quantity rate units billed
-- uom text unit of measure
-- unit_rate rate dollars a unit
-- amount money dollars of the line
-- is_prior_period yes whether the service was in an earlier period
-- approval_ref text approval of the rate
-- rule text the arithmetic in words and figures
SELECT
    c.period, p.status, c.invoice_no, c.invoice_line_no, c.charge_id, a.cabinet, c.agency_code, a.agency_name, c.billing_number,
    b.name AS billing_number_name, c.stream, c.component, c.rate_code, r.name AS rate_code_name, r.cost_group, c.description,
    c.service_from, c.service_to, c.quantity, c.uom, c.unit_rate, c.amount, c.is_prior_period, c.approval_ref, c.rule
FROM fact_charge AS c
JOIN dim_period AS p ON p.period = c.period
LEFT JOIN v_agency AS a ON a.period = c.period AND a.agency_code = c.agency_code
LEFT JOIN v_billing_number AS b ON b.period = c.period AND b.billing_number = c.billing_number
LEFT JOIN dim_rate_code AS r ON r.rate_code = c.rate_code
