-- CREATE TABLE LIKE with excluded and overwritten parts.
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

CREATE TABLE copy_ (twice AS price * 2) WITH ('csv.null-literal' = 'EUR') LIKE orders (EXCLUDING WATERMARKS OVERWRITING OPTIONS);

SELECT order_id, currency, twice FROM copy_ WHERE order_id < 12;
