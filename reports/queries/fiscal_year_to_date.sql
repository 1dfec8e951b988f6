-- What has each agency been billed in the fiscal year to date, month by month?
SELECT
    v.agency_code, v.agency_name, p.fiscal_year, v.period, v.amount,
    CAST(sum(v.amount) OVER (PARTITION BY v.agency_code, p.fiscal_year ORDER BY v.period) AS DECIMAL(18, 2)) AS year_to_date
FROM v_bill_by_agency AS v
JOIN dim_period AS p ON p.period = v.period
WHERE p.fiscal_year = (SELECT max(fiscal_year) FROM dim_period)
ORDER BY v.agency_code, v.period;
