-- LISTAGG over an input that takes back, of one value each.
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

SELECT k, LISTAGG(m) AS m, COUNT(*) AS n FROM (SELECT MOD(customer_id, 2) AS k, MAX(currency) AS m FROM orders WHERE customer_id IS NOT NULL GROUP BY MOD(customer_id, 2)) GROUP BY k;
