-- The three best scores of every game, kept up to date while scores come in.
--
-- ROW_NUMBER() … WHERE place <= 3 is a Top-N: only the best rows are kept in state.
-- Its result changes when a better score comes, so the query below shows a
-- changelog: +I a new row, -U and +U a row before and after an update, -D a row
-- that is gone. A SELECT over bounded input would show the final table instead.
--
-- Run it from the repository's root:  go run ./cmd/flott run examples/topn/job.sql

CREATE TABLE scores (
  id     BIGINT,
  game   STRING,
  player STRING,
  points INT
) WITH (
  'connector' = 'filesystem',
  'path' = 'examples/topn/scores.csv',
  'format' = 'csv'
);

CREATE VIEW best AS
SELECT game, place, player, points
FROM (
  SELECT game, player, points,
    ROW_NUMBER() OVER (PARTITION BY game ORDER BY points DESC) AS place
  FROM scores
)
WHERE place <= 3;

-- How the table of chess changes, one score at a time.
SET 'sql-client.execution.result-mode' = 'changelog';
SET 'flott.table.exec.changelog' = 'per-record';
SELECT place, player, points FROM best WHERE game = 'chess';

-- What it comes to for all games.
RESET 'sql-client.execution.result-mode';
SELECT * FROM best ORDER BY game, place LIMIT 9;
