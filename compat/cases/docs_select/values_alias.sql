-- VALUES with names for its columns.
-- modes: streaming, batch

SELECT order_id, price FROM (VALUES (1, 2.0), (2, 3.1)) AS t (order_id, price);
