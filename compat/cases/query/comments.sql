-- Comments in all places, and a hint.
-- modes: streaming, batch

CREATE TABLE l (
  k INT,
  name STRING,
  v INT
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/pairs_left.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT /* one */ k, -- two
  name /* three; 'four' */ FROM l /*+ OPTIONS('csv.ignore-parse-errors' = 'true') */
WHERE v > 0 -- last;
