-- copy: reads JSON, writes it unchanged.
CREATE TABLE bid_copy (
  auction    BIGINT,
  bidder     BIGINT,
  price      BIGINT,
  channel    VARCHAR,
  url        VARCHAR,
  `dateTime` TIMESTAMP(3),
  extra      VARCHAR
) WITH (${SINK});

INSERT INTO bid_copy SELECT * FROM bid;
