-- expect: none
-- tuned: no
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
CREATE TABLE orders (id BIGINT, kind INT, amount DOUBLE) WITH ('connector'='datagen','rows-per-second'='700','fields.kind.min'='0','fields.kind.max'='50');
CREATE TABLE big (id BIGINT, amount DOUBLE) WITH ('connector'='blackhole');
CREATE TABLE sums (kind INT, total DOUBLE) WITH ('connector'='blackhole');
EXECUTE STATEMENT SET BEGIN
INSERT INTO big SELECT id, amount FROM orders WHERE amount > 0;
INSERT INTO sums SELECT kind, SUM(amount) FROM orders GROUP BY kind;
END;
