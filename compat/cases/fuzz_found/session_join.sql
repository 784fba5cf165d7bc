-- A join of sessions by start and end: sessions that only end together do not meet.
-- modes: streaming

CREATE TABLE orders (order_id BIGINT, customer_id INT, product_id INT, quantity INT, price DECIMAL(10, 2), currency STRING, order_time TIMESTAMP(3), note STRING, WATERMARK FOR order_time AS order_time - INTERVAL '10' SECOND) WITH ('connector' = 'filesystem', 'path' = '${data}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'NA');

SELECT a.window_start, a.window_end, a.order_id, b.order_id AS other FROM (SELECT * FROM SESSION(TABLE orders PARTITION BY note, DESCRIPTOR(order_time), INTERVAL '5' SECOND)) AS a JOIN (SELECT * FROM SESSION(TABLE orders PARTITION BY currency, DESCRIPTOR(order_time), INTERVAL '5' SECOND)) AS b ON a.window_start = b.window_start AND a.window_end = b.window_end;
