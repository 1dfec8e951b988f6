-- One row an agency and month: the agency as it stood on the month's last day
-- period text
-- agency_code text agency
-- agency_name text its name
-- cabinet text the cabinet it belongs to
-- branch text EXEC JUD LEG LOCAL EDU
-- consolidated text Y or N: whether it is one of the consolidated agencies
-- remit_method text INTERNAL or EXTERNAL
SELECT p.period, a.agency_code, a.agency_name, a.cabinet, a.branch, a.consolidated, a.remit_method
FROM dim_period AS p CROSS JOIN dim_agency AS a
QUALIFY row_number() OVER (
    PARTITION BY p.period, a.agency_code
    ORDER BY a.valid_from <= p.last_day DESC, CASE WHEN a.valid_from <= p.last_day THEN a.valid_from END DESC, a.valid_from
) = 1
