-- A statement set whose INSERTs share a windowed view.
-- modes: streaming, batch

CREATE TABLE orders (
  order_id BIGINT,
  customer_id INT,
  product_id INT,
  quantity INT,
  price DECIMAL(10, 2),
  currency STRING,
  order_time TIMESTAMP(3),
  note STRING,
  WATERMARK FOR order_time AS order_time - INTERVAL '10' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/orders.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SET 'execution.checkpointing.interval' = '300 ms';

CREATE VIEW w AS SELECT window_start, window_end, currency, COUNT(*) AS n FROM TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '5' MINUTE) GROUP BY window_start, window_end, currency;

CREATE TABLE busy (
  s TIMESTAMP(3),
  cur STRING,
  n BIGINT
) WITH (
  'connector' = 'filesystem',
  'path' = '${out}/busy',
  'format' = 'csv'
);

CREATE TABLE quiet (
  s TIMESTAMP(3),
  cur STRING
) WITH (
  'connector' = 'filesystem',
  'path' = '${out}/quiet',
  'format' = 'csv'
);

EXECUTE STATEMENT SET
BEGIN
INSERT INTO busy SELECT window_start, currency, n FROM w WHERE n > 8;
INSERT INTO quiet SELECT window_start, currency FROM w WHERE n <= 8;
END;
