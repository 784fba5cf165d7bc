-- Variance of one row is NULL for a sample and 0 for a population.
-- modes: streaming, batch
-- digits: 9

SELECT k, VAR_SAMP(x) AS vs, VAR_POP(x) AS vp, STDDEV_SAMP(x) AS ss, STDDEV_POP(x) AS sp FROM (VALUES ('a', 1.5e0), ('b', 2e0), ('b', CAST(NULL AS DOUBLE)), ('c', 3e0), ('c', 5e0)) AS t(k, x) GROUP BY k;
