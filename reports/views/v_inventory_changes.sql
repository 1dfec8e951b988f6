-- One row an item that was put in, taken out, moved or changed since the month before
-- period text
-- feed text
-- item text the circuit, line or station
-- change text INSTALL, DISCONNECT, MOVE to another billing number or place, or CHANGE of rate code, quantity or price
-- billing_number text this month's; of a disconnect the month before's
-- prior_billing_number text the month before's
-- agency_code text
-- agency_name text name of the agency
-- rate_code text this month's; of a disconnect the month before's
-- prior_rate_code text the month before's
-- location text where it is
-- prior_location text where it was
-- quantity rate lines it stands for
-- prior_quantity rate lines it stood for
-- order_no text order it was done under
WITH last AS (
    SELECT i.*, strftime(p.first_day + INTERVAL 1 MONTH, '%Y-%m') AS next_period
    FROM fact_inventory AS i JOIN dim_period AS p ON p.period = i.period
    QUALIFY row_number() OVER (
        PARTITION BY i.period, i.feed, i.item ORDER BY i.start_date DESC NULLS LAST, i.source_file DESC, i.source_line DESC
    ) = 1
), pairs AS (
    SELECT coalesce(n.period, b.next_period) AS period, coalesce(n.feed, b.feed) AS feed, coalesce(n.item, b.item) AS item,
        n.item IS NULL AS is_gone, b.item IS NULL AS is_new,
        coalesce(n.billing_number, b.billing_number) AS billing_number, b.billing_number AS prior_billing_number,
        coalesce(n.agency_code, b.agency_code) AS agency_code, coalesce(n.rate_code, b.rate_code) AS rate_code,
        b.rate_code AS prior_rate_code, n.location, b.location AS prior_location, n.quantity, b.quantity AS prior_quantity,
        n.mrc_override, b.mrc_override AS prior_mrc_override, coalesce(n.order_no, b.order_no) AS order_no
    FROM last AS n FULL JOIN last AS b ON b.next_period = n.period AND b.feed = n.feed AND b.item = n.item
)
SELECT c.period, c.feed, c.item,
    CASE WHEN c.is_new THEN 'INSTALL' WHEN c.is_gone THEN 'DISCONNECT'
        WHEN c.billing_number <> c.prior_billing_number OR c.location IS DISTINCT FROM c.prior_location THEN 'MOVE' ELSE 'CHANGE' END AS change,
    c.billing_number, c.prior_billing_number, c.agency_code, a.agency_name, c.rate_code, c.prior_rate_code, c.location, c.prior_location,
    c.quantity, c.prior_quantity, c.order_no
FROM pairs AS c
JOIN dim_period AS p ON p.period = c.period
LEFT JOIN v_agency AS a ON a.period = c.period AND a.agency_code = c.agency_code
WHERE strftime(p.first_day - INTERVAL 1 MONTH, '%Y-%m') IN (SELECT period FROM fact_inventory)
    AND c.period IN (SELECT period FROM fact_inventory)
    AND (c.is_new OR c.is_gone OR c.billing_number IS DISTINCT FROM c.prior_billing_number OR c.location IS DISTINCT FROM c.prior_location
        OR c.rate_code IS DISTINCT FROM c.prior_rate_code OR c.quantity IS DISTINCT FROM c.prior_quantity
        OR c.mrc_override IS DISTINCT FROM c.prior_mrc_override)
