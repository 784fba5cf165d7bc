-- expect: none
-- tuned: no
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='1';
CREATE TABLE s (k INT, v INT, ts AS LOCALTIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector'='datagen','rows-per-second'='80','fields.k.min'='0','fields.k.max'='9','fields.v.min'='0','fields.v.max'='100');
CREATE TABLE o (k INT, a INT, b INT) WITH ('connector'='blackhole');
INSERT INTO o SELECT * FROM s MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts MEASURES A.v AS a, B.v AS b ONE ROW PER MATCH AFTER MATCH SKIP PAST LAST ROW PATTERN (A B) WITHIN INTERVAL '5' SECOND DEFINE A AS A.v < 20, B AS B.v > 80);
