-- Four levels with filters and aggregates that meet.
-- modes: streaming, batch

CREATE TABLE orders (
  order_id BIGINT,
  customer_id INT,
  product_id INT,
  quantity INT,
  price DECIMAL(10, 2),
  currency STRING,
  order_time TIMESTAMP(3),
  note STRING
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/orders.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT c, n FROM (SELECT c, n FROM (SELECT c, COUNT(*) AS n, MAX(p) AS p FROM (SELECT UPPER(currency) AS c, price + 1 AS p, quantity AS q FROM orders WHERE price > 100) WHERE q > 0 GROUP BY c) WHERE n > 5) WHERE c LIKE '%U%';
