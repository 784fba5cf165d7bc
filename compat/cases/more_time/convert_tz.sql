-- CONVERT_TZ between zones.
-- modes: streaming, batch

SELECT x, CONVERT_TZ(x, 'UTC', 'America/Los_Angeles') AS a, CONVERT_TZ(x, 'Europe/Berlin', 'UTC') AS b, CONVERT_TZ(x, 'GMT+05:30', 'Asia/Tokyo') AS c FROM (VALUES ('1970-01-01 00:00:00'), ('2024-03-31 02:30:00'), ('2024-10-27 02:30:00'), ('bad')) AS v(x);
