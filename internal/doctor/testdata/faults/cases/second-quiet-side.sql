-- expect: idle-source
-- tuned: no
-- on: flott
-- after: 45s
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
CREATE TABLE a (id INT, ts AS LOCALTIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector'='datagen','rows-per-second'='200','fields.id.min'='0','fields.id.max'='99');
CREATE TABLE b (id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector'='kafka','topic'='orders','properties.bootstrap.servers'='{broker}','properties.group.id'='g','scan.startup.mode'='earliest-offset','format'='json');
CREATE TABLE o (s TIMESTAMP(3), x INT, y INT) WITH ('connector'='blackhole');
INSERT INTO o SELECT l.window_start, l.id, r.id FROM (SELECT * FROM TABLE(TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '5' SECOND))) l FULL JOIN (SELECT * FROM TABLE(TUMBLE(TABLE b, DESCRIPTOR(ts), INTERVAL '5' SECOND))) r ON l.window_start = r.window_start AND l.window_end = r.window_end AND l.id = r.id;
