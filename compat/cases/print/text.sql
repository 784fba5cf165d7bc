-- Quotes, commas and unicode are printed bare.
-- modes: streaming, batch
-- printed

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

CREATE TABLE printed (
  id INT,
  w STRING,
  sub STRING
) WITH (
  'connector' = 'print'
);

INSERT INTO printed SELECT id, w, sub FROM words;
