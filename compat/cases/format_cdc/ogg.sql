-- Changes as GoldenGate writes them.
-- modes: streaming
-- parallelism: 1
-- printed

CREATE TABLE t (
  id INT,
  name STRING,
  price DECIMAL(10, 2)
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/cdc/ogg.json',
  'format' = 'ogg-json'
);

CREATE TABLE p (
  id INT,
  name STRING,
  price DECIMAL(10, 2)
) WITH (
  'connector' = 'print'
);

INSERT INTO p SELECT * FROM t;
