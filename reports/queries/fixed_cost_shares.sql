-- How was each fixed cost shared out, and do the parts come to the pool?
-- Empty where the month has no fixed cost.
SELECT
    assessment_id, method, max(description) AS description, count(*) AS parts, CAST(sum(basis_quantity) AS DECIMAL(18, 6)) AS basis_quantity,
    CAST(sum(amount) AS DECIMAL(18, 2)) AS amount
FROM fact_assessment
WHERE period = (SELECT max(period) FROM dim_period)
GROUP BY assessment_id, method
ORDER BY assessment_id;
