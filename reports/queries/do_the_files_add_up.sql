-- Did every record and dollar that came in go somewhere: billed, held, rejected or dropped?
SELECT
    feed, files, records_in, records_billed, records_held, records_rejected, records_dropped, records_missing, amount_in, amount_billed,
    amount_held, amount_missing
FROM v_control_totals
WHERE period = (SELECT max(period) FROM dim_period)
ORDER BY feed;
