-- Which circuits, phones and stations were put in, taken out, moved or changed this month?
-- Empty where the month before has no inventory in the file, or nothing changed.
SELECT feed, change, item, agency_name, billing_number, prior_billing_number, rate_code, prior_rate_code, location, order_no
FROM v_inventory_changes
WHERE period = (SELECT max(period) FROM dim_period)
ORDER BY feed, change, item;
