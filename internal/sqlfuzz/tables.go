package sqlfuzz

import "strings"

// table is one of compat/data.
type table struct {
	name    string
	ddl     string // columns and options; ${data} is the folder
	cols    string // name:kind …, those that queries may use
	rows    int
	time    string // the column with a watermark, or ""
	unique  string // a column without repetitions, or ""
	late    bool   // it has late rows
	view    string // the query of a view, with ddl ""
	changes bool   // its rows are updated
	numbers bool   // its numbers reach the limits of their types: sums of them depend on the order
}

const csv = `WITH ('connector' = 'filesystem', 'path' = '${data}/FILE', 'format' = 'csv', 'csv.null-literal' = 'NA')`
const json = `WITH ('connector' = 'filesystem', 'path' = '${data}/FILE', 'format' = 'json')`

func with(options, file string) string { return strings.Replace(options, "FILE", file, 1) }

var tables = []table{
	{name: "orders", rows: 310, time: "order_time", cols: "order_id:l customer_id:i product_id:i quantity:i price:m currency:s order_time:t note:s",
		ddl: `(order_id BIGINT, customer_id INT, product_id INT, quantity INT, price DECIMAL(10, 2), currency STRING, order_time TIMESTAMP(3), note STRING, WATERMARK FOR order_time AS order_time - INTERVAL '10' SECOND) ` + with(csv, "orders.csv")},
	{name: "customers", rows: 60, unique: "customer_id", cols: "customer_id:i name:s country:s segment:s birth:y balance:m vip:b score:d rating:d email:s",
		ddl: `(customer_id INT, name STRING, country STRING, segment STRING, birth DATE, balance DECIMAL(18, 4), vip BOOLEAN, score DOUBLE, rating FLOAT, email STRING) ` + with(csv, "customers.csv")},
	{name: "products", rows: 25, unique: "product_id", cols: "product_id:i name:s category:s price:m tags:A attributes:M",
		ddl: `(product_id INT, name STRING, category STRING, price DECIMAL(8, 2), tags ARRAY<STRING>, attributes MAP<STRING, STRING>) ` + with(json, "products.json")},
	{name: "clicks", rows: 350, time: "at_time", cols: "user:s url:s at_time:t device:s duration_ms:i payload:s",
		ddl: "(`user` STRING, url STRING, at_time TIMESTAMP(3), device STRING, duration_ms INT, payload STRING, WATERMARK FOR at_time AS at_time - INTERVAL '6' SECOND) " + with(json, "clicks.json")},
	{name: "sensors", rows: 400, time: "at_time", unique: "epoch_ms", cols: "sensor:s epoch_ms:l temperature:d humidity:i status:s at_time:z",
		ddl: `(sensor STRING, epoch_ms BIGINT, temperature DOUBLE, humidity INT, status STRING, at_time AS TO_TIMESTAMP_LTZ(epoch_ms, 3), WATERMARK FOR at_time AS at_time - INTERVAL '6' SECOND) ` + with(csv, "sensors.csv")},
	{name: "rates", rows: 59, time: "valid_from", unique: "valid_from", cols: "currency:s rate:m valid_from:t",
		ddl: `(currency STRING, rate DECIMAL(10, 4), valid_from TIMESTAMP(3), WATERMARK FOR valid_from AS valid_from - INTERVAL '6' SECOND) ` + with(csv, "rates.csv")},
	{name: "ledger", rows: 120, time: "booked", unique: "id", cols: "id:i account:s kind:s amount:m points:i booked:t",
		ddl: `(id INT, account STRING, kind STRING, amount DECIMAL(12, 3), points INT, booked TIMESTAMP(3), WATERMARK FOR booked AS booked - INTERVAL '30' SECOND) ` + with(csv, "ledger.csv")},
	{name: "moments", rows: 15, unique: "id", cols: "id:i d:y t:c ts:t",
		ddl: `(id INT, d DATE, t TIME, ts TIMESTAMP(3), ts9 TIMESTAMP(9)) ` + with(csv, "moments.csv")},
	{name: "nested", rows: 30, unique: "id", cols: "id:i ints:a texts:A",
		ddl: "(id INT, ints ARRAY<INT>, texts ARRAY<STRING>, counts MAP<STRING, INT>, `inner` ROW<a INT, b STRING, c ROW<`when` TIMESTAMP(3), `sum` DOUBLE>>) " + with(json, "nested.json")},
	{name: "numbers", rows: 40, unique: "id", numbers: true, cols: "id:i i:i bi:l dec10:m b:b",
		ddl: `(id INT, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, dec10 DECIMAL(10, 2), dec38 DECIMAL(38, 0), dec18 DECIMAL(18, 18), b BOOLEAN) ` + with(csv, "numbers.csv")},
	{name: "words", rows: 43, unique: "id", cols: "id:i w:s sub:s n:i",
		ddl: `(id INT, w STRING, sub STRING, n INT) ` + with(csv, "words.csv")},
	{name: "l", rows: 60, unique: "name", cols: "k:i name:s v:i",
		ddl: `(k INT, name STRING, v INT) ` + with(csv, "pairs_left.csv")},
	{name: "r", rows: 60, unique: "name", cols: "k:i name:s v:i",
		ddl: `(k INT, name STRING, v INT) ` + with(csv, "pairs_right.csv")},
	{name: "auctions", rows: 90, time: "dateTime", unique: "id", cols: "id:l itemName:s initialBid:l reserve:l dateTime:t expires:t seller:l category:l",
		ddl: "(id BIGINT, itemName STRING, description STRING, initialBid BIGINT, reserve BIGINT, `dateTime` TIMESTAMP(3), expires TIMESTAMP(3), seller BIGINT, category BIGINT, extra STRING, WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND) " + with(csv, "auctions.csv")},
	{name: "bids", rows: 600, time: "dateTime", cols: "auction:l bidder:l price:l channel:s dateTime:t",
		ddl: "(auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, `dateTime` TIMESTAMP(3), extra STRING, WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND) " + with(csv, "bids.csv")},
	{name: "persons", rows: 40, time: "dateTime", unique: "id", cols: "id:l name:s city:s state:s dateTime:t",
		ddl: "(id BIGINT, name STRING, emailAddress STRING, creditCard STRING, city STRING, state STRING, `dateTime` TIMESTAMP(3), extra STRING, WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND) " + with(csv, "persons.csv")},
	{name: "late", rows: 200, time: "at_time", late: true, unique: "id", cols: "id:i k:s v:i at_time:t",
		ddl: `(id INT, k STRING, v INT, at_time TIMESTAMP(3), WATERMARK FOR at_time AS at_time - INTERVAL '5' SECOND) ` + with(csv, "late.csv")},
	{name: "sales", rows: 250, cols: "customer_id:i product_id:i amount:m currency:s order_time:t",
		view: `SELECT customer_id, product_id, price * quantity AS amount, currency, order_time FROM orders WHERE quantity > 0`},
	{name: "spending", rows: 60, changes: true, unique: "customer_id", cols: "customer_id:i n:l amount:m newest:t",
		view: `SELECT customer_id, COUNT(*) AS n, SUM(amount) AS amount, MAX(order_time) AS newest FROM sales GROUP BY customer_id`},
	{name: "customers_spending", rows: 60, changes: true, unique: "customer_id", cols: "customer_id:i name:s country:s n:l amount:m",
		view: `SELECT c.customer_id, c.name, c.country, s.n, s.amount FROM customers AS c LEFT JOIN spending AS s ON c.customer_id = s.customer_id`},
}

// versioned is the view of the newest rate, for temporal joins.
const versioned = `CREATE VIEW versioned AS SELECT currency, rate, valid_from FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY currency ORDER BY valid_from DESC) AS rn FROM rates) WHERE rn = 1`

// DDL are the statements that make the tables; ${data} stands for their folder.
func DDL() []string {
	var list []string
	for i := range tables {
		list = append(list, tables[i].create())
	}
	return append(list, versioned)
}

func (t *table) create() string {
	if t.view != "" {
		return "CREATE VIEW " + t.name + " AS " + t.view
	}
	return "CREATE TABLE " + t.name + " " + t.ddl
}

// DDLOf are the statements which a query needs, found by name.
func DDLOf(sql string) []string {
	all := sql // and the queries of its views, the later ones first: a view stands behind what it reads
	for i := len(tables) - 1; i >= 0; i-- {
		if t := &tables[i]; t.view != "" && mentions(all, t.name) {
			all += " " + t.view
		}
	}
	var list []string
	for i := range tables {
		t := &tables[i]
		if mentions(all, t.name) || t.name == "rates" && mentions(all, "versioned") {
			list = append(list, t.create())
		}
	}
	if mentions(all, "versioned") {
		list = append(list, versioned)
	}
	return list
}

// mentions looks for a table's name: behind FROM, JOIN, TABLE or a comma.
func mentions(sql, name string) bool {
	for rest := sql; ; {
		i := strings.Index(rest, name)
		if i < 0 {
			return false
		}
		before, after := strings.TrimSuffix(rest[:i], "`"), strings.TrimPrefix(rest[i+len(name):], "`")
		rest = rest[i+len(name):]
		begins := strings.HasSuffix(before, "FROM ") || strings.HasSuffix(before, "JOIN ") || strings.HasSuffix(before, "TABLE ") || strings.HasSuffix(before, ", ")
		if begins && (after == "" || !isWord(after[0])) {
			return true
		}
	}
}

func isWord(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// source is a table in FROM under a new alias.
func (g *generator) source(t *table) relation {
	name := g.alias("t")
	r := relation{from: t.name + " AS " + name, rows: t.rows, grows: !t.changes, table: t, random: t.changes}
	for _, field := range strings.Fields(t.cols) {
		column_, k, _ := strings.Cut(field, ":")
		r.cols = append(r.cols, column{name + "." + quote(column_), kind(k[0])})
		if column_ == t.time {
			r.time = name + "." + quote(column_)
		}
	}
	return r
}

func quote(name string) string {
	switch name {
	case "user", "dateTime", "kind", "inner":
		return "`" + name + "`"
	}
	return name
}

// anyTable is a table; those with late rows only where the options allow them.
func (g *generator) anyTable(ok func(*table) bool) *table {
	for {
		t := &tables[g.n(len(tables))]
		if (ok == nil || ok(t)) && (g.Late || !t.late || ok == nil) {
			return t
		}
	}
}

// timed is a table with a watermark and, unless the options allow it, without late rows.
func (g *generator) timed() *table {
	return g.anyTable(func(t *table) bool { return t.time != "" && (g.Late || !t.late) })
}
