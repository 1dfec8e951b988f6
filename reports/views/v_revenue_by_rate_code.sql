-- One row a rate code, stream and month: lines, units and dollars billed
-- period text
-- stream text
-- cost_group text cost group of the rate code
-- rate_code text
-- name text name of the rate code
-- uom text unit of measure
-- lines whole lines billed
-- quantity rate units of the lines that are no fee, tax, surcharge, credit or debit; null where there is none
-- lowest_rate rate lowest price of a unit; null where lines have none
-- highest_rate rate highest price of a unit
-- amount money dollars billed
SELECT
    period, stream, cost_group, rate_code, rate_code_name AS name, uom, count(*) AS lines,
    CAST(sum(quantity) FILTER (component IN ('BASE', 'MRC', 'NRC', 'USAGE', 'CALLS')) AS DECIMAL(18, 6)) AS quantity,
    min(unit_rate) AS lowest_rate, max(unit_rate) AS highest_rate,
    CAST(sum(amount) AS DECIMAL(18, 2)) AS amount
FROM v_invoice_lines
GROUP BY period, stream, cost_group, rate_code, rate_code_name, uom
