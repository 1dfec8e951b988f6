-- One row a billing number, stream and rate code that moved: change = price + quantity + new + gone + one-time
-- period text
-- prior_period text the month compared with
-- cabinet text cabinet of the agency
-- agency_code text
-- agency_name text name of the agency
-- billing_number text
-- stream text
-- rate_code text
-- rate_code_name text name of the rate code
-- before money dollars the month before
-- now money dollars this month
-- change money now - before
-- price_effect money what a new price moved
-- quantity_effect money what more or less of it moved
-- new_effect money what was not there the month before
-- gone_effect money what is no longer there
-- one_time_effect money what comes once, or came once
SELECT
    m.period, m.prior_period, a.cabinet, m.agency_code, a.agency_name, m.billing_number, m.stream, m.rate_code,
    r.name AS rate_code_name,
    CAST(sum(m.before) AS DECIMAL(18, 2)) AS before,
    CAST(sum(m.now) AS DECIMAL(18, 2)) AS now,
    CAST(sum(m.change) AS DECIMAL(18, 2)) AS change,
    CAST(sum(m.price_effect) AS DECIMAL(18, 2)) AS price_effect,
    CAST(sum(m.quantity_effect) AS DECIMAL(18, 2)) AS quantity_effect,
    CAST(sum(m.new_effect) AS DECIMAL(18, 2)) AS new_effect,
    CAST(sum(m.gone_effect) AS DECIMAL(18, 2)) AS gone_effect,
    CAST(sum(m.one_time_effect) AS DECIMAL(18, 2)) AS one_time_effect
FROM fact_movement AS m
LEFT JOIN v_agency AS a ON a.period = m.period AND a.agency_code = m.agency_code
LEFT JOIN dim_rate_code AS r ON r.rate_code = m.rate_code
GROUP BY ALL
