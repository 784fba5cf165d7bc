-- csv with another delimiter, quotes off, and parse errors ignored.
-- modes: streaming, batch

CREATE TABLE urls (
  a STRING,
  b STRING
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/bids.csv',
  'format' = 'csv',
  'csv.field-delimiter' = '?',
  'csv.disable-quote-character' = 'true',
  'csv.ignore-parse-errors' = 'true'
);

SELECT CHAR_LENGTH(a) AS n, SUBSTRING(b FROM 1 FOR 7) AS q, COUNT(*) AS c FROM urls GROUP BY CHAR_LENGTH(a), SUBSTRING(b FROM 1 FOR 7);
