-- One row a record that is held and not billed, as the control totals count it, with its age on the month's day of record
-- period text
-- feed text
-- source_file text
-- source_line whole
-- source_record_id text
-- code text why it is held, by the exception catalogue
-- also text other codes on the same record
-- billing_number text
-- agency_code text agency at stake, where it is known
-- agency_name text name of the agency
-- amount money dollars not billed; null where no price can be known
-- first_period text the period the record first came in
-- age_days whole days from the day after that period, when its files were whole, to the month's day of record
-- age_band text 0-30, 31-60, 61-90 or over 90 days
-- owner text who works it; null: nobody yet
-- status text OPEN until a person has dealt with it
-- message text what is wrong; what to do
SELECT period, feed, source_file, source_line, source_record_id, code, also, billing_number, agency_code, agency_name, amount,
    first_period, age_days,
    CASE WHEN age_days <= 30 THEN '0-30' WHEN age_days <= 60 THEN '31-60' WHEN age_days <= 90 THEN '61-90' ELSE 'over 90' END AS age_band,
    owner, status, message
FROM (
    SELECT e.period, e.feed, e.source_file, e.source_line, e.source_record_id, e.code, e.also, e.billing_number, e.agency_code,
        a.agency_name, e.held_amount AS amount, coalesce(e.first_period, e.period) AS first_period, e.owner, e.status, e.message,
        greatest(datediff('day', last_day(strptime(coalesce(e.first_period, e.period) || '-01', '%Y-%m-%d')::DATE), p.as_of) - 1, 0) AS age_days
    FROM fact_exception AS e
    JOIN dim_period AS p ON p.period = e.period
    LEFT JOIN v_agency AS a ON a.period = e.period AND a.agency_code = e.agency_code
    WHERE e.is_held
)
