-- How did each agency's bill move over the months in the file?
SELECT
    v.agency_code, v.agency_name, v.period, v.status, v.amount, o.amount AS amount_month_before,
    CAST(v.amount - o.amount AS DECIMAL(18, 2)) AS change
FROM v_bill_by_agency AS v
JOIN dim_period AS p ON p.period = v.period
LEFT JOIN v_bill_by_agency AS o
    ON o.agency_code = v.agency_code AND o.period = strftime(p.first_day - INTERVAL 1 MONTH, '%Y-%m')
ORDER BY v.agency_code, v.period;
