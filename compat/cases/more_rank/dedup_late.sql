-- Late rows do not stop the last row of each key.
-- modes: streaming, batch

CREATE TABLE late (
  id INT,
  k STRING,
  v INT,
  at_time TIMESTAMP(3),
  WATERMARK FOR at_time AS at_time - INTERVAL '5' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/late.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT k, id, at_time FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY at_time DESC) AS rn FROM late) WHERE rn = 1;
