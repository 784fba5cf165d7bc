-- Aggregates over long text, dates and rows as keys.
-- modes: streaming, batch

CREATE TABLE persons (
  id BIGINT,
  name STRING,
  emailAddress STRING,
  creditCard STRING,
  city STRING,
  state STRING,
  `dateTime` TIMESTAMP(3),
  extra STRING
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/persons.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT SUBSTRING(name, 1, POSITION(' ' IN name) - 1) AS first_, COUNT(*) AS n, MIN(city || ', ' || state) AS place, MAX(`dateTime`) AS l FROM persons GROUP BY SUBSTRING(name, 1, POSITION(' ' IN name) - 1);
