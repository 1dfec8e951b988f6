-- How many units of each rate code were billed this month, at what rate, for how many dollars?
SELECT stream, rate_code, name, uom, lines, quantity, lowest_rate, highest_rate, amount
FROM v_revenue_by_rate_code
WHERE period = (SELECT max(period) FROM dim_period)
ORDER BY stream, rate_code;
