-- LIKE that meets the same option.
-- modes: streaming, batch
-- refused: streaming, batch

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

CREATE TABLE copy_ WITH ('csv.null-literal' = 'EUR') LIKE orders (INCLUDING OPTIONS);

SELECT order_id FROM copy_;
