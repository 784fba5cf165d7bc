-- IS_ALPHA, IS_DECIMAL, IS_DIGIT, ELT, SPLIT, PRINTF.
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

SELECT id, IS_ALPHA(w) AS al, IS_DECIMAL(w) AS de, IS_DIGIT(w) AS di, ELT(n, w, sub, 'third') AS el, SPLIT(w, 'b') AS sp, PRINTF('%s=%d', sub, n) AS pf FROM words WHERE w IS NOT NULL;
