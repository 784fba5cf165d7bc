-- A statement set with one source, a view and three sinks.
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

CREATE TABLE a_ (id BIGINT, p DECIMAL(10, 2)) WITH ('connector' = 'filesystem', 'path' = '${out}/a', 'format' = 'csv');
CREATE TABLE b_ (c STRING, q INT) WITH ('connector' = 'filesystem', 'path' = '${out}/b', 'format' = 'json');
CREATE TABLE c_ (n STRING) WITH ('connector' = 'filesystem', 'path' = '${out}/c', 'format' = 'raw');
CREATE TEMPORARY VIEW base AS SELECT *, price * 2 AS twice FROM orders WHERE quantity IS NOT NULL;

EXECUTE STATEMENT SET BEGIN
  INSERT INTO a_ SELECT order_id, twice FROM base WHERE twice > 1900;
  INSERT INTO b_ SELECT currency, quantity FROM base WHERE quantity > 10 AND currency <> 'EUR';
  INSERT INTO c_ SELECT note FROM base WHERE note LIKE '%e%' AND order_id < 90;
END;
