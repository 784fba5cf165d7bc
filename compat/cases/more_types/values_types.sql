-- VALUES that widen column by column.
-- modes: streaming, batch

SELECT * FROM (VALUES (1, 'a', 1.5, DATE '2024-01-01', TRUE), (20000000000, 'abc', 2, CAST(NULL AS DATE), CAST(NULL AS BOOLEAN)), (CAST(NULL AS INT), CAST(NULL AS STRING), 12.345, DATE '1960-12-31', FALSE)) AS v(n, t, d, dt, b);
