-- Changes cannot be read in batch mode.
-- modes: batch
-- parallelism: 1
-- refused: batch

CREATE TABLE t (
  id INT,
  name STRING,
  price DECIMAL(10, 2)
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/cdc/debezium.json',
  'format' = 'debezium-json'
);

SELECT * FROM t;
