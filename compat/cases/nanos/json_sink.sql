-- TIMESTAMP(9) and TIMESTAMP_LTZ(9) written as json.
-- modes: streaming, batch
-- parallelism: 1

CREATE TABLE moments (
  id INT,
  d DATE,
  t TIME,
  ts TIMESTAMP(3),
  n TIMESTAMP(9)
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/moments.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

CREATE TABLE written (id INT, n TIMESTAMP(9), z TIMESTAMP_LTZ(9), n7 TIMESTAMP(7)) WITH ('connector' = 'filesystem', 'path' = '${out}', 'format' = 'json');

INSERT INTO written SELECT id, n, CAST(n AS TIMESTAMP_LTZ(9)), n FROM moments;
