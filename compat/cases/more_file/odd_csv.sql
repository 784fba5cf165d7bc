-- csv with every option: delimiter, quote, escape, comments, null literal.
-- modes: streaming, batch

CREATE TABLE odd (a INT, t STRING, d DOUBLE, b BOOLEAN, xs ARRAY<STRING>) WITH ('connector' = 'filesystem', 'path' = '${data}/odd.csv', 'format' = 'csv',
  'csv.field-delimiter' = '|', 'csv.quote-character' = '''', 'csv.escape-character' = '\', 'csv.allow-comments' = 'true', 'csv.null-literal' = 'NIL', 'csv.array-element-delimiter' = ';', 'csv.ignore-parse-errors' = 'true');

SELECT *, CARDINALITY(xs) AS n FROM odd;
