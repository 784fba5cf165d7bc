-- TO_TIMESTAMP and TO_DATE with formats and bad text.
-- modes: streaming, batch

SELECT x, TO_TIMESTAMP(x) AS a, TO_TIMESTAMP(x, 'yyyy-MM-dd') AS b, TO_TIMESTAMP(x, 'dd/MM/yyyy HH:mm') AS c, TO_DATE(x) AS d, TO_TIMESTAMP(x, 'yyyy-MM-dd HH:mm:ss.SSS') AS f FROM (VALUES ('2024-02-29 10:11:12'), ('2024-02-29'), ('29/02/2024 10:11'), ('20240229'), ('2024-02-29 10:11:12.345'), (''), ('2024-02-29T10:11:12'), ('2024-13-01 00:00:00'), (CAST(NULL AS STRING))) AS v(x);
