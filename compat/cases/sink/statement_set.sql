-- Two INSERTs in one job.
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

SET 'execution.checkpointing.interval' = '300 ms';

CREATE TABLE cheap (
  id BIGINT,
  price DECIMAL(10, 2)
) WITH (
  'connector' = 'filesystem',
  'path' = '${out}/cheap',
  'format' = 'csv'
);

CREATE TABLE dear (
  id BIGINT,
  cur STRING
) WITH (
  'connector' = 'filesystem',
  'path' = '${out}/dear',
  'format' = 'json'
);

EXECUTE STATEMENT SET
BEGIN
INSERT INTO cheap SELECT order_id, price FROM orders WHERE price < 300;
INSERT INTO dear SELECT order_id, CASE WHEN currency = 'EUR' THEN '€' ELSE currency END FROM orders WHERE price >= 900;
END;
