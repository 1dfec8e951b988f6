-- What is on the bill of one billing number, line by line?
-- Put the number and the month you want in the place of the two subqueries.
SELECT *
FROM bill(
    (SELECT billing_number FROM fact_charge WHERE period = (SELECT max(period) FROM dim_period) ORDER BY amount DESC, charge_id LIMIT 1),
    (SELECT max(period) FROM dim_period)
);
