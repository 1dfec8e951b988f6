-- One row a record that is not billed, or of which a feature or handset is not, with its first cause and its age on the day of record
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
-- age_days whole days from the end of that period to the month's day of record
-- age_band text 0-30, 31-60, 61-90 or over 90 days
-- message text what is wrong; what to do
SELECT v.period, v.feed, v.source_file, v.source_line, v.source_record_id, v.code, e.also, v.billing_number, v.agency_code,
    v.agency_name, v.amount, v.first_period, v.age_days, v.age_band, v.message
FROM v_exceptions_open AS v
JOIN fact_exception AS e ON e.period = v.period AND e.exception_id = v.exception_id
WHERE v.severity = 'HOLD' AND v.is_first_cause
