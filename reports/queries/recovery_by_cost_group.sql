-- Which cost groups recover too much or too little, and which stand above the 60-day line?
SELECT cost_group, months, revenue, cost, over_under, reserve_limit, reserve_days, state
FROM v_recovery
WHERE period = (SELECT max(period) FROM dim_period)
ORDER BY state, cost_group;
