-- One row a feed and month: records and dollars in = billed + held + rejected + dropped
-- period text
-- feed text
-- files whole files of the month, carried ones counted apart
-- records_in whole records in
-- records_billed whole records billed
-- records_held whole records held
-- records_rejected whole records rejected
-- records_dropped whole records dropped
-- records_missing whole records in less all the others; anything but 0 is an error
-- amount_in money dollars in
-- amount_billed money dollars billed
-- amount_held money dollars held
-- amount_rejected money dollars rejected
-- amount_dropped money dollars dropped
-- amount_missing money dollars in less all the others; anything but 0.00 is an error
-- held_unpriced whole held records whose dollars cannot be known
SELECT
    period, feed, count(*) AS files,
    CAST(sum(records_in) AS BIGINT) AS records_in, CAST(sum(records_billed) AS BIGINT) AS records_billed,
    CAST(sum(records_held) AS BIGINT) AS records_held, CAST(sum(records_rejected) AS BIGINT) AS records_rejected,
    CAST(sum(records_dropped) AS BIGINT) AS records_dropped,
    CAST(sum(records_in - records_billed - records_held - records_rejected - records_dropped) AS BIGINT) AS records_missing,
    CAST(sum(amount_in) AS DECIMAL(18, 2)) AS amount_in, CAST(sum(amount_billed) AS DECIMAL(18, 2)) AS amount_billed,
    CAST(sum(amount_held) AS DECIMAL(18, 2)) AS amount_held, CAST(sum(amount_rejected) AS DECIMAL(18, 2)) AS amount_rejected,
    CAST(sum(amount_dropped) AS DECIMAL(18, 2)) AS amount_dropped,
    CAST(sum(amount_in - amount_billed - amount_held - amount_rejected - amount_dropped) AS DECIMAL(18, 2)) AS amount_missing,
    CAST(sum(held_unpriced) AS BIGINT) AS held_unpriced
FROM control_totals
GROUP BY period, feed
