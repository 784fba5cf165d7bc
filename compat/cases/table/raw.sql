-- The raw format reads lines.
-- modes: streaming, batch

CREATE TABLE lines_ (
  line STRING
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/words.csv',
  'format' = 'raw'
);

SELECT CHAR_LENGTH(line) AS n, line FROM lines_;
