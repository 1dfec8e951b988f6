-- For which circuits and lines does what the vendor charges differ from what we bill?
-- Empty where the month has no inventory, or every item agrees.
SELECT feed, item, vendor_name, agency_name, billing_number, rate_code, vendor_billed, we_billed, difference, state
FROM v_vendor_match
WHERE period = (SELECT max(period) FROM dim_period) AND state NOT IN ('MATCH', 'NO_VENDOR')
ORDER BY abs(difference) DESC NULLS LAST, feed, item;
