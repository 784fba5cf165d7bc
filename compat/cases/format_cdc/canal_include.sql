-- Of one database and some tables.
-- modes: streaming
-- parallelism: 1
-- printed

CREATE TABLE t (
  id INT,
  name STRING,
  price DECIMAL(10, 2)
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/cdc/canal.json',
  'format' = 'canal-json',
  'canal-json.database.include' = 'inv',
  'canal-json.table.include' = 'prod.*'
);

CREATE TABLE p (
  id INT,
  name STRING,
  price DECIMAL(10, 2)
) WITH (
  'connector' = 'print'
);

INSERT INTO p SELECT * FROM t;
