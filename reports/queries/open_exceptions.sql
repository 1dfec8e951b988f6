-- Which findings wait for a person, the most dollars first?
-- Empty where nothing waits.
SELECT code, severity, feed, source_file, source_line, billing_number, amount, age_days, message
FROM v_exceptions_open
WHERE period = (SELECT max(period) FROM dim_period)
ORDER BY abs(amount) DESC NULLS LAST, exception_id
LIMIT 50;
