-- One row an invoice of a vendor: what it cost, what of it was billed on, and what is held
-- period text
-- vendor_code text vendor
-- vendor_name text name of the vendor
-- vendor_invoice_no text the vendor's invoice
-- vendor_invoice_date day its date
-- lines whole its lines
-- lines_billed whole lines that are billed
-- lines_held whole lines that are held
-- cost exact the vendor's cost of all lines, exactly
-- cost_billed exact the vendor's cost of the lines that are billed
-- cost_held exact the vendor's cost of the lines that are held
-- tax_and_surcharge money tax and surcharges on them
-- billed_amount money dollars of the charge rows; null where nothing is billed
SELECT
    period, vendor_code, vendor_name, vendor_invoice_no, vendor_invoice_date, count(*) AS lines,
    count(*) FILTER (outcome = 'BILLED') AS lines_billed, count(*) FILTER (outcome = 'HELD') AS lines_held,
    CAST(sum(cost_amount) AS DECIMAL(38, 12)) AS cost,
    CAST(coalesce(sum(cost_amount) FILTER (outcome = 'BILLED'), 0) AS DECIMAL(38, 12)) AS cost_billed,
    CAST(coalesce(sum(cost_amount) FILTER (outcome = 'HELD'), 0) AS DECIMAL(38, 12)) AS cost_held,
    CAST(coalesce(sum(tax_amount), 0) + coalesce(sum(surcharge_amount), 0) AS DECIMAL(18, 2)) AS tax_and_surcharge,
    CAST(sum(billed_amount) AS DECIMAL(18, 2)) AS billed_amount
FROM fact_vendor_line
GROUP BY period, vendor_code, vendor_name, vendor_invoice_no, vendor_invoice_date
