-- A job of the everyday kind, for BenchmarkParse.
SET 'execution.runtime-mode' = 'streaming';

CREATE TABLE orders (
  order_id BIGINT NOT NULL,
  customer ROW<id BIGINT, name STRING, address ROW<city STRING, zip VARCHAR(10)>>,
  amount DECIMAL(12, 2),
  tags ARRAY<STRING>,
  created TIMESTAMP(3),
  offset_in_log BIGINT METADATA FROM 'offset' VIRTUAL,
  net AS amount * 0.81,
  WATERMARK FOR created AS created - INTERVAL '5' SECOND,
  PRIMARY KEY (order_id) NOT ENFORCED
) WITH (
  'connector' = 'kafka',
  'topic' = 'orders',
  'properties.bootstrap.servers' = 'localhost:9092',
  'format' = 'json'
);

CREATE TEMPORARY VIEW big AS
SELECT order_id, customer.address.city AS city, net, created,
  CASE WHEN net > 1000 THEN 'large' WHEN net BETWEEN 100 AND 1000 THEN 'middle' ELSE 'small' END AS size
FROM orders
WHERE customer IS NOT NULL AND (customer.name LIKE 'A%' OR tags[1] IN ('x', 'y', 'z')) AND NOT net IS NULL;

INSERT INTO per_city
SELECT window_start, window_end, city, COUNT(*) AS n, COUNT(DISTINCT order_id) FILTER (WHERE size = 'large') AS big_ones,
  CAST(SUM(net) / 7 AS DECIMAL(10, 3)) AS weekly, LISTAGG(TRIM(BOTH ' ' FROM city), ',') AS cities
FROM TABLE(HOP(TABLE big, DESCRIPTOR(created), INTERVAL '2' SECOND, INTERVAL '10' SECOND))
GROUP BY window_start, window_end, city
HAVING COUNT(*) > 1;

INSERT INTO joined
SELECT o.order_id, p.paid, DATE_FORMAT(o.created, 'yyyy-MM-dd') || '-' || UPPER(d.name)
FROM orders AS o
JOIN payments AS p ON o.order_id = p.order_id AND p.ts BETWEEN o.created - INTERVAL '1' HOUR AND o.created + INTERVAL '4' HOUR
LEFT JOIN dim /*+ OPTIONS('lookup.cache' = 'PARTIAL') */ FOR SYSTEM_TIME AS OF o.proctime AS d ON d.id = o.customer.id
CROSS JOIN UNNEST(o.tags) WITH ORDINALITY AS t (tag, pos);
