-- q13, side input: every bid looked up in a bounded table of 10 000 rows. The published table has the options of the
-- time before Flink 1.11 ('connector.type' …); a current Flink has no lookup source for files and refuses the join.
CREATE TABLE side_input (
  key     BIGINT,
  `value` VARCHAR
) WITH (
  'connector' = 'filesystem',
  'path' = 'file://${FLINK_HOME}/data/side_input.txt',
  'format' = 'csv'
);

CREATE TABLE nexmark_q13 (
  auction    BIGINT,
  bidder     BIGINT,
  price      BIGINT,
  `dateTime` TIMESTAMP(3),
  `value`    VARCHAR
) WITH ('connector' = 'blackhole');

INSERT INTO nexmark_q13
SELECT B.auction, B.bidder, B.price, B.`dateTime`, S.`value`
FROM (SELECT *, PROCTIME() AS p_time FROM bid) B
JOIN side_input FOR SYSTEM_TIME AS OF B.p_time AS S
ON MOD(B.auction, 10000) = S.key;
