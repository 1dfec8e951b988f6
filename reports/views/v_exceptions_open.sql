-- One row a finding that waits for a person, with its age on the month's day of record
-- period text
-- code text code of the exception catalogue
-- severity text FATAL, HOLD or WARN
-- feed text
-- source_file text
-- source_line whole
-- source_record_id text
-- billing_number text
-- agency_code text agency at stake, where it is known
-- agency_name text name of the agency
-- amount money dollars at stake; null where no price can be known
-- message text what is wrong; what to do
-- first_period text the period the record first came in
-- age_days whole days from the day after that period, when its files were whole, to the month's day of record
-- age_band text 0-30, 31-60, 61-90 or over 90 days
-- owner text who works it; null: nobody yet
-- is_first_cause yes whether it is the first of its record; count records by these
-- exception_id text stable name of the finding
SELECT period, code, severity, feed, source_file, source_line, source_record_id, billing_number, agency_code, agency_name, amount,
    message, came AS first_period, age_days,
    CASE WHEN age_days <= 30 THEN '0-30' WHEN age_days <= 60 THEN '31-60' WHEN age_days <= 90 THEN '61-90' ELSE 'over 90' END AS age_band,
    owner, is_first_cause, exception_id
FROM (
    SELECT e.*, a.agency_name, coalesce(e.first_period, e.period) AS came,
        greatest(datediff('day', last_day(strptime(coalesce(e.first_period, e.period) || '-01', '%Y-%m-%d')::DATE), p.as_of) - 1, 0) AS age_days
    FROM fact_exception AS e
    JOIN dim_period AS p ON p.period = e.period
    LEFT JOIN v_agency AS a ON a.period = e.period AND a.agency_code = e.agency_code
    WHERE e.status = 'OPEN'
)
