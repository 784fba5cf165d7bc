-- Card payments enriched with the merchant they were made at.
--
-- A lookup join asks the table of merchants for every payment: FOR SYSTEM_TIME AS OF
-- the moment the payment is processed. Files are read into memory once; with
-- 'lookup.full-cache.periodic-reload.interval' they are read again every so often.
-- LEFT JOIN keeps payments at merchants nobody knows: those are shown first.
--
-- Run it from the repository's root:  go run ./cmd/flott run examples/enrich/job.sql

CREATE TABLE payments (
  id          BIGINT,
  merchant_id INT,
  amount      DECIMAL(10, 2),
  paid_at     TIMESTAMP(3),
  seen_at     AS PROCTIME()
) WITH (
  'connector' = 'filesystem',
  'path' = 'examples/enrich/payments.csv',
  'format' = 'csv'
);

CREATE TABLE merchants (
  id       INT,
  name     STRING,
  category STRING,
  country  STRING,
  fee      DECIMAL(4, 2)
) WITH (
  'connector' = 'filesystem',
  'path' = 'examples/enrich/merchants.csv',
  'format' = 'csv',
  'csv.allow-comments' = 'true'
);

CREATE VIEW enriched AS
SELECT p.id, p.merchant_id, p.amount, p.paid_at, m.name, m.category, m.country,
  CAST(p.amount * m.fee / 100 AS DECIMAL(10, 2)) AS fee
FROM payments AS p
LEFT JOIN merchants FOR SYSTEM_TIME AS OF p.seen_at AS m ON p.merchant_id = m.id;

SELECT id, merchant_id, amount, paid_at FROM enriched WHERE name IS NULL;

SELECT country, category, COUNT(*) AS payments, SUM(amount) AS amount, SUM(fee) AS fees
FROM enriched
WHERE name IS NOT NULL
GROUP BY country, category;
