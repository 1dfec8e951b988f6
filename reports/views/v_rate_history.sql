-- One row a price and the day it came into force, beside the one before: standard rates and rates agreed with one agency
-- rate_code text
-- name text name of the rate code
-- cost_group text cost group of the rate code
-- scope text STANDARD, or AGREED with an agency or a billing number
-- agency_code text agency it was agreed with; null: standard
-- billing_number text billing number it was agreed with; null: all of the agency
-- valid_from day
-- valid_to day
-- unit_rate rate dollars a unit; null where it is tiered, per mile or a mark-up alone
-- prior_unit_rate rate the price before it; null: there was none
-- unit_rate_change rate unit_rate - prior_unit_rate
-- markup_pct rate mark-up in per cent
-- prior_markup_pct rate the mark-up before it
-- approval_ref text approval of the rate
-- approved_by text who approved it
SELECT
    h.rate_code, r.name, r.cost_group, h.scope, h.agency_code, h.billing_number, h.valid_from, h.valid_to, h.unit_rate,
    lag(h.unit_rate) OVER span AS prior_unit_rate, CAST(h.unit_rate - lag(h.unit_rate) OVER span AS DECIMAL(18, 6)) AS unit_rate_change,
    h.markup_pct, lag(h.markup_pct) OVER span AS prior_markup_pct, h.approval_ref, h.approved_by
FROM (
    SELECT rate_code, 'STANDARD' AS scope, CAST(NULL AS VARCHAR) AS agency_code, CAST(NULL AS VARCHAR) AS billing_number,
        valid_from, valid_to, unit_rate, markup_pct, approval_ref, approved_by FROM dim_rate
    UNION ALL
    SELECT rate_code, 'AGREED', agency_code, billing_number, valid_from, valid_to, unit_rate, markup_pct, approval_ref, approved_by
    FROM dim_agency_rate
) AS h
LEFT JOIN dim_rate_code AS r ON r.rate_code = h.rate_code
WINDOW span AS (PARTITION BY h.rate_code, h.scope, h.agency_code, h.billing_number ORDER BY h.valid_from)
