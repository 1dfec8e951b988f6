-- One row a billing number, plan, jurisdiction and month: calls, seconds and dollars; no number that was called is in this file
-- period text
-- agency_code text
-- agency_name text name of the agency
-- billing_number text
-- billing_number_name text name of the billing number
-- plan text calling plan
-- jurisdiction text where the calls went, as priced
-- calls whole calls
-- free_calls whole calls that cost nothing
-- billed_seconds whole seconds billed, in the plan's intervals
-- longest_seconds whole the longest call
-- rated_amount rate dollars of the calls, at their plan's scale, before the charge row is rounded to cents
SELECT
    k.period, b.agency_code, b.agency_name, k.billing_number, b.name AS billing_number_name, k.plan, k.jurisdiction,
    count(*) AS calls, count(*) FILTER (k.amount = 0) AS free_calls,
    CAST(sum(k.billed_seconds) AS BIGINT) AS billed_seconds, max(k.billed_seconds) AS longest_seconds,
    CAST(sum(k.amount) AS DECIMAL(18, 6)) AS rated_amount
FROM fact_call AS k
LEFT JOIN v_billing_number AS b ON b.period = k.period AND b.billing_number = k.billing_number
GROUP BY ALL
