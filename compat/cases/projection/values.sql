-- VALUES with columns whose types are found from all rows.
-- modes: streaming, batch

SELECT * FROM (VALUES (1, 'a', 1.5, DATE '2024-02-29'), (2, 'bcd', 10.25, DATE '1969-07-20'), (CAST(NULL AS INT), '', 0.0, DATE '9999-12-31')) AS t(i, s, d, day_);
