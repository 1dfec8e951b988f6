-- What did the warehouses open with, move and close with?
-- Empty where the month has no stock.
SELECT
    warehouse, item_no, description, opening_quantity, received_quantity, issued_quantity, returned_quantity, closing_quantity,
    opening_value, issued_value, closing_value
FROM fact_stock
WHERE period = (SELECT max(period) FROM dim_period)
ORDER BY warehouse, item_no;
