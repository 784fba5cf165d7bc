-- Computed columns of metadata and functions, a watermark over one.
-- modes: streaming, batch

CREATE TABLE t (currency STRING, rate DECIMAL(10, 4), text STRING, name STRING METADATA FROM 'file.name' VIRTUAL, cents AS rate * 100, at_ AS TO_TIMESTAMP(text), up AS LOWER(currency) || '/' || name, WATERMARK FOR at_ AS at_ - INTERVAL '1' MINUTE) WITH ('connector' = 'filesystem', 'path' = '${data}/rates.csv', 'format' = 'csv');

SELECT window_start, up, SUM(cents) AS c FROM TUMBLE(TABLE t, DESCRIPTOR(at_), INTERVAL '10' MINUTE) GROUP BY window_start, window_end, up;
