-- expect: idle-source
-- tuned: no
-- after: 45s
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
CREATE TABLE g (id INT) WITH ('connector'='datagen','rows-per-second'='60','fields.id.min'='0','fields.id.max'='50');
CREATE TABLE w (k STRING, id INT, ts TIMESTAMP(3)) WITH ('connector'='kafka','topic'='orders','properties.bootstrap.servers'='{broker}','key.format'='raw','key.fields'='k','value.format'='json','value.fields-include'='EXCEPT_KEY');
CREATE TABLE s (id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector'='kafka','topic'='orders','properties.bootstrap.servers'='{broker}','properties.group.id'='g','scan.startup.mode'='earliest-offset','format'='json');
CREATE TABLE o (e TIMESTAMP(3), id INT, n BIGINT) WITH ('connector'='blackhole');
EXECUTE STATEMENT SET BEGIN
INSERT INTO w SELECT 'same', id, LOCALTIMESTAMP FROM g;
INSERT INTO o SELECT window_end, id, COUNT(*) FROM TABLE(TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '4' SECOND)) GROUP BY window_start, window_end, id;
END;
