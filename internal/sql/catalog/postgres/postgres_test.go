package postgres

import (
	"context"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestTypes(t *testing.T) {
	for _, c := range []struct {
		in   column
		want string
	}{
		{column{Type: "int4", Modifier: -1, NotNull: true}, "INT NOT NULL"},
		{column{Type: "numeric", Modifier: 10<<16 + 2 + headerBytes}, "DECIMAL(10, 2)"},
		{column{Type: "numeric", Modifier: -1}, "DECIMAL(38, 18)"},
		{column{Type: "varchar", Modifier: 20 + headerBytes}, "VARCHAR(20)"},
		{column{Type: "varchar", Modifier: -1}, "STRING"},
		{column{Type: "bpchar", Modifier: 3 + headerBytes}, "CHAR(3)"},
		{column{Type: "timestamp", Modifier: 3}, "TIMESTAMP(3)"},
		{column{Type: "timestamptz", Modifier: -1}, "TIMESTAMP_LTZ(6)"},
		{column{Type: "_text", Modifier: -1}, "ARRAY<STRING>"},
		{column{Type: "uuid", Modifier: -1}, ""},
	} {
		got, err := c.in.flinkType()
		if got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%+v: got %q (%v), want %q", c.in, got, err, c.want)
		}
	}
}

func TestOptions(t *testing.T) {
	for base, want := range map[string]string{
		"jdbc:mysql://h:1":         "this catalog reads PostgreSQL",
		"jdbc:postgresql://h:1/db": "without a database",
		"jdbc:postgresql://":       "host:port",
	} {
		_, err := open("c", map[string]string{"base-url": base})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", base, err, want)
		}
	}
}

// TestServer reads a real PostgreSQL; scripts/with-services starts one.
func TestServer(t *testing.T) {
	address := os.Getenv("FLOTT_POSTGRESQL")
	if address == "" {
		t.Skip("FLOTT_POSTGRESQL is not set: scripts/with-services starts a server")
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	password, _ := u.User.Password()
	ctx := t.Context()
	c, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	for _, sql := range []string{
		`DROP SCHEMA IF EXISTS flott_catalog CASCADE`,
		`CREATE SCHEMA flott_catalog`,
		`CREATE TABLE flott_catalog.orders (id bigint, at timestamptz(3), price numeric(10,2), tags text[], note varchar(20), PRIMARY KEY (id))`,
		`CREATE TABLE flott_catalog.odd (id uuid)`,
	} {
		if _, err := c.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	database := strings.TrimPrefix(u.Path, "/")
	options := map[string]string{"base-url": scheme + u.Host, "default-database": database, "username": u.User.Username(), "password": password}
	s, err := open("pg", options)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if names, err := s.Databases(); err != nil || !strings.Contains(strings.Join(names, " "), database) {
		t.Errorf("databases: %v %v", names, err)
	}
	if names, err := s.Tables(database); err != nil || !strings.Contains(strings.Join(names, " "), "flott_catalog.odd flott_catalog.orders") {
		t.Errorf("tables: %v %v", names, err)
	}
	ddl, ok, err := s.Table(database, "flott_catalog.orders")
	want := "CREATE TABLE t (\n  `id` BIGINT NOT NULL,\n  `at` TIMESTAMP_LTZ(3),\n  `price` DECIMAL(10, 2),\n  `tags` ARRAY<STRING>,\n  `note` VARCHAR(20),\n  CONSTRAINT `orders_pkey` PRIMARY KEY (`id`) NOT ENFORCED\n) WITH ('connector' = 'jdbc'"
	if err != nil || !ok || !strings.HasPrefix(ddl, want) {
		t.Errorf("orders: %v %v\n%s", ok, err, ddl)
	}
	if _, ok, err := s.Table(database, "flott_catalog.nothere"); ok || err != nil {
		t.Errorf("a table that is not there: %v %v", ok, err)
	}
	if _, _, err := s.Table(database, "flott_catalog.odd"); err == nil || !strings.Contains(err.Error(), "'uuid'") {
		t.Errorf("a type without a counterpart: %v", err)
	}
	options["password"] = "wrong"
	if _, err := open("pg", options); err == nil || strings.Contains(err.Error(), "panic") {
		t.Errorf("a wrong password: %v", err)
	}
}
