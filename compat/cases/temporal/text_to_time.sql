-- Texts that are times, in several spellings.
-- modes: streaming, batch

SELECT x, TRY_CAST(x AS TIMESTAMP(3)) AS ts, TRY_CAST(x AS TIMESTAMP(9)) AS ts9, TRY_CAST(x AS DATE) AS d, TRY_CAST(x AS TIME) AS t
FROM (VALUES ('2024-02-29'), ('2024-02-29 10:11:12'), ('2024-02-29T10:11:12'), ('2024-02-29 10:11'), ('2024-02-30'), ('2023-02-29 00:00:00'), ('2024-2-9'), ('10:11:12'), ('10:11:12.345'), ('2024-02-29 10:11:12.123456789'), ('24:00:00'), ('')) AS t(x);
