-- One row an item of the inventory: what its vendor charges a month beside what we billed for it
-- period text
-- feed text
-- item text the circuit, line or station
-- vendor_code text vendor
-- vendor_name text name of the vendor
-- agency_code text
-- agency_name text name of the agency
-- billing_number text
-- rate_code text
-- description text what it is
-- vendor_billed money what the vendor charges a month; null where it is not known
-- we_billed money what we billed for the month by its record, recurring and prior months together
-- difference money we_billed - vendor_billed; null where the vendor's is not known
-- state text MATCH, WE_MORE, VENDOR_MORE, NOT_BILLED or NO_VENDOR
-- outcome text what became of the record: BILLED HELD REJECTED DROPPED
SELECT
    i.period, i.feed, i.item, i.vendor_code, v.vendor_name, i.agency_code, a.agency_name, i.billing_number, i.rate_code,
    i.description, i.vendor_mrc AS vendor_billed, CAST(coalesce(w.amount, 0) AS DECIMAL(18, 2)) AS we_billed,
    CAST(coalesce(w.amount, 0) - i.vendor_mrc AS DECIMAL(18, 2)) AS difference,
    CASE WHEN i.vendor_mrc IS NULL THEN 'NO_VENDOR' WHEN w.amount IS NULL THEN 'NOT_BILLED' WHEN w.amount = i.vendor_mrc THEN 'MATCH'
        WHEN w.amount > i.vendor_mrc THEN 'WE_MORE' ELSE 'VENDOR_MORE' END AS state,
    i.outcome
FROM fact_inventory AS i
LEFT JOIN (
    SELECT s.period, s.feed, s.source_file, s.source_line, sum(c.amount) AS amount
    FROM bridge_charge_source AS s JOIN fact_charge AS c ON c.period = s.period AND c.charge_id = s.charge_id
    WHERE c.component IN ('MRC', 'CREDIT')
    GROUP BY ALL
) AS w ON w.period = i.period AND w.feed = i.feed AND w.source_file = i.source_file AND w.source_line = i.source_line
LEFT JOIN v_agency AS a ON a.period = i.period AND a.agency_code = i.agency_code
LEFT JOIN dim_vendor AS v ON v.vendor_code = i.vendor_code
