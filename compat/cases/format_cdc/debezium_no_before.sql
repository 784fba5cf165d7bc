-- An update without the row before is refused.
-- modes: streaming
-- parallelism: 1
-- refused: streaming

CREATE TABLE t (
  id INT,
  name STRING,
  price DECIMAL(10, 2)
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/cdc/debezium_nobefore.json',
  'format' = 'debezium-json'
);

SELECT * FROM t;
