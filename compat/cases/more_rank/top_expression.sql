-- Order by an expression, partition by an expression.
-- modes: streaming, batch

CREATE TABLE words (
  id INT,
  w STRING,
  sub STRING,
  n INT
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/words.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT w, n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY CHAR_LENGTH(w) > 8 ORDER BY CHAR_LENGTH(w) * -1, w) AS rn FROM words WHERE w IS NOT NULL) WHERE rn <= 3;
