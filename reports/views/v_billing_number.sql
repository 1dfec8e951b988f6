-- One row a billing number and month: the number as it stood on the month's last day
-- period text
-- billing_number text
-- name text its name
-- agency_code text
-- agency_name text name of the agency
-- cabinet text the cabinet of the agency
-- status text ACTIVE or CLOSED
-- invoice_group text code of the group invoice it is on; null: its own
-- split_mode text ENGINE: split here by its funding strings; EMARS: there
SELECT n.period, n.billing_number, n.name, n.agency_code, a.agency_name, a.cabinet, n.status, n.invoice_group, n.split_mode
FROM (
    SELECT p.period, b.billing_number, b.name, b.agency_code, b.status, b.invoice_group, b.split_mode
    FROM dim_period AS p CROSS JOIN dim_billing_number AS b
    QUALIFY row_number() OVER (
        PARTITION BY p.period, b.billing_number
        ORDER BY b.valid_from <= p.last_day DESC, CASE WHEN b.valid_from <= p.last_day THEN b.valid_from END DESC, b.valid_from
    ) = 1
) AS n
LEFT JOIN v_agency AS a ON a.period = n.period AND a.agency_code = n.agency_code
