-- A table of several files, aggregated.
-- modes: streaming, batch

CREATE TABLE parts (
  id INT,
  name STRING
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/parts',
  'format' = 'csv'
);

SELECT name, COUNT(*) AS n, SUM(id) AS s FROM parts GROUP BY name;
