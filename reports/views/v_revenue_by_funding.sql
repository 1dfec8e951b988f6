-- One row a funding string, billing number, federal share and month: the dollars it pays, for federal claims
-- period text
-- cabinet text cabinet of the agency
-- agency_code text
-- agency_name text name of the agency
-- billing_number text
-- fund text fund
-- department text department
-- unit text unit
-- appropriation_unit text appropriation unit
-- object text object
-- program text program
-- project text project
-- federal_share_pct rate federal share of the string in per cent; null: none is stated
-- amount money dollars it pays
-- federal_amount money the federal share of them, rounded once for the row; null where no share is stated
SELECT
    s.period, c.cabinet, c.agency_code, c.agency_name, c.billing_number, s.fund, s.department, s.unit, s.appropriation_unit,
    s.object, s.program, s.project, s.federal_share_pct,
    CAST(sum(s.amount) AS DECIMAL(18, 2)) AS amount,
    CAST(round(CAST(sum(s.amount) AS DECIMAL(18, 2)) * CAST(s.federal_share_pct AS DECIMAL(9, 6)) * CAST(0.01 AS DECIMAL(3, 2)), 2)
        AS DECIMAL(18, 2)) AS federal_amount
FROM fact_split AS s
JOIN v_invoice_lines AS c ON c.period = s.period AND c.charge_id = s.charge_id
GROUP BY
    s.period, c.cabinet, c.agency_code, c.agency_name, c.billing_number, s.fund, s.department, s.unit, s.appropriation_unit,
    s.object, s.program, s.project, s.federal_share_pct
