-- LIKE that takes only the columns.
-- modes: streaming, batch

CREATE TABLE rates (
  currency STRING,
  rate DECIMAL(10, 4),
  valid_from TIMESTAMP(3),
  WATERMARK FOR valid_from AS valid_from
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/rates.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

CREATE TABLE copy_ WITH ('connector' = 'filesystem', 'path' = '${data}/rates.csv.gz', 'format' = 'csv') LIKE rates (EXCLUDING OPTIONS);

SELECT window_end, MAX(rate) AS m FROM TUMBLE(TABLE copy_, DESCRIPTOR(valid_from), INTERVAL '30' MINUTE) GROUP BY window_start, window_end;
