-- Which funds and objects paid this month, and what part of it may be claimed from federal money?
SELECT
    fund, object, federal_share_pct, CAST(sum(amount) AS DECIMAL(18, 2)) AS amount,
    CAST(sum(federal_amount) AS DECIMAL(18, 2)) AS federal_amount
FROM v_revenue_by_funding
WHERE period = (SELECT max(period) FROM dim_period)
GROUP BY fund, object, federal_share_pct
ORDER BY fund, object, federal_share_pct;
