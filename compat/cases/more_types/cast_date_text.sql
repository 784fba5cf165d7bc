-- Text to DATE, TIME and TIMESTAMP.
-- modes: streaming, batch

SELECT x, TRY_CAST(x AS DATE) AS d, TRY_CAST(x AS TIME) AS t, TRY_CAST(x AS TIMESTAMP(3)) AS ts, TRY_CAST(x AS TIMESTAMP) AS t6 FROM (VALUES ('2024-02-29'), ('2023-02-29'), ('2024-2-9'), ('2024-02-29 10:11:12'), ('2024-02-29T10:11:12'), ('2024-02-29 10:11:12.123456789'), ('10:11:12'), ('10:11'), ('10:11:12.5'), ('24:00:00'), ('1969-12-31 23:59:59.9'), (''), ('x'), ('2024-12-31 23:59:60'), (' 2024-01-01 '), ('2024'), ('2024-05')) AS v(x);
