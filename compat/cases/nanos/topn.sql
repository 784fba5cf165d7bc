-- The latest moments.
-- modes: streaming, batch

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

SELECT id, n FROM (SELECT id, n, ROW_NUMBER() OVER (ORDER BY n DESC) AS r FROM moments WHERE n IS NOT NULL) WHERE r <= 4;
