-- project: reads JSON, keeps about half of the rows and most columns, computes one, writes JSON.
CREATE TABLE project (
  auction    BIGINT,
  bidder     BIGINT,
  price      DECIMAL(23, 3),
  channel    VARCHAR,
  `dateTime` TIMESTAMP(3),
  extra      VARCHAR
) WITH (${SINK});

INSERT INTO project
SELECT auction, bidder, 0.908 * price, channel, `dateTime`, extra
FROM bid
WHERE price > 100000;
