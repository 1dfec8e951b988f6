-- Which agencies pay the most this month, and what share of the bill is each?
SELECT
    agency_code, agency_name, cabinet, amount,
    CAST(round(100 * amount / sum(amount) OVER (), 1) AS DECIMAL(9, 1)) AS percent_rounded
FROM v_bill_by_agency
WHERE period = (SELECT max(period) FROM dim_period)
ORDER BY amount DESC, agency_code;
