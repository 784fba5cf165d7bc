-- The first row of each session: sessions of two keys may end at the same time.
-- modes: streaming
-- parallelism: 1

CREATE TABLE orders (order_id BIGINT, customer_id INT, product_id INT, quantity INT, price DECIMAL(10, 2), currency STRING, order_time TIMESTAMP(3), note STRING, WATERMARK FOR order_time AS order_time - INTERVAL '10' SECOND) WITH ('connector' = 'filesystem', 'path' = '${data}/orders.csv', 'format' = 'csv', 'csv.null-literal' = 'NA');

SELECT window_start, window_end, n, q, rn FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY n DESC, q) AS rn FROM (SELECT window_start, window_end, COUNT(*) AS n, COUNT(DISTINCT quantity) AS q FROM SESSION(TABLE orders PARTITION BY note, DESCRIPTOR(order_time), INTERVAL '2' SECOND) GROUP BY window_start, window_end)) WHERE rn = 1;
