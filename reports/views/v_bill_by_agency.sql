-- One row an agency and month: what it was billed, a column a stream; the streams add up to the amount
-- period text
-- status text state of the month: OPEN, CLOSING, CLOSED or FINAL
-- cabinet text cabinet of the agency
-- agency_code text
-- agency_name text name of the agency
-- billing_numbers whole billing numbers with a charge
-- lines whole lines on its invoices
-- usage money dollars of usage
-- fixed_cost money dollars of fixed cost
-- pass_through money dollars passed through from vendors
-- circuits money dollars of circuits
-- voip money dollars of internet telephony
-- centrex money dollars of Centrex
-- long_distance money dollars of long distance
-- stock money dollars of stock issued
-- adjustments money dollars of adjustments
-- prior_period money the part of the amount that pays for service in earlier periods; not one more stream
-- amount money dollars billed
SELECT
    period, status, cabinet, agency_code, agency_name,
    count(DISTINCT billing_number) AS billing_numbers,
    count(*) AS lines,
    CAST(coalesce(sum(amount) FILTER (stream = 'usage'), 0) AS DECIMAL(18, 2)) AS usage,
    CAST(coalesce(sum(amount) FILTER (stream = 'fixed_cost'), 0) AS DECIMAL(18, 2)) AS fixed_cost,
    CAST(coalesce(sum(amount) FILTER (stream = 'pass_through'), 0) AS DECIMAL(18, 2)) AS pass_through,
    CAST(coalesce(sum(amount) FILTER (stream = 'circuits'), 0) AS DECIMAL(18, 2)) AS circuits,
    CAST(coalesce(sum(amount) FILTER (stream = 'voip'), 0) AS DECIMAL(18, 2)) AS voip,
    CAST(coalesce(sum(amount) FILTER (stream = 'centrex'), 0) AS DECIMAL(18, 2)) AS centrex,
    CAST(coalesce(sum(amount) FILTER (stream = 'long_distance'), 0) AS DECIMAL(18, 2)) AS long_distance,
    CAST(coalesce(sum(amount) FILTER (stream = 'stock'), 0) AS DECIMAL(18, 2)) AS stock,
    CAST(coalesce(sum(amount) FILTER (stream = 'adjustments'), 0) AS DECIMAL(18, 2)) AS adjustments,
    CAST(coalesce(sum(amount) FILTER (is_prior_period), 0) AS DECIMAL(18, 2)) AS prior_period,
    CAST(sum(amount) AS DECIMAL(18, 2)) AS amount
FROM v_invoice_lines
GROUP BY period, status, cabinet, agency_code, agency_name
