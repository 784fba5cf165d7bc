// Package postgres is the catalog of type 'jdbc' on PostgreSQL: the databases of a
// server, and their tables as tables of the connector 'jdbc', with the types that
// Flink's JDBC catalog gives them.
//
// The contract is catalog.External's. Nothing is written. A table of the schema
// public goes by its name, one of another schema by schema.name. A connection per
// database is opened when it is needed and kept.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/flottstream/flott/internal/sql/catalog"
)

// Type is the type of the option 'type'.
var Type = catalog.Type{
	Name: "jdbc", Open: open,
	Required: []string{"base-url", "default-database", "username", "password"},
}

// timeout is how long the server may take for an answer.
const timeout = 20 * time.Second

// scheme begins the URLs of PostgreSQL.
const scheme = "jdbc:postgresql://"

type server struct {
	base               string // jdbc:postgresql://host:port/
	host               string
	username, password string
	database           string // the default one
	connections        map[string]*pgx.Conn
}

func open(_ string, options map[string]string) (catalog.External, error) {
	base := options["base-url"]
	host, ok := strings.CutPrefix(base, scheme)
	if !ok {
		return nil, fmt.Errorf("'base-url' is '%s'; this catalog reads PostgreSQL: %shost:port", base, scheme)
	}
	host = strings.TrimSuffix(host, "/")
	if host == "" || strings.ContainsAny(host, "/?") {
		return nil, fmt.Errorf("'base-url' must be %shost:port without a database, and is '%s'", scheme, base)
	}
	s := &server{
		base: scheme + host + "/", host: host, username: options["username"], password: options["password"],
		database: options["default-database"], connections: map[string]*pgx.Conn{},
	}
	if _, err := s.connect(s.database); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *server) connect(database string) (*pgx.Conn, error) {
	if c := s.connections[database]; c != nil && !c.IsClosed() {
		return c, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	u := url.URL{Scheme: "postgres", User: url.UserPassword(s.username, s.password), Host: s.host, Path: "/" + database}
	config, err := pgx.ParseConfig(u.String())
	if err != nil {
		return nil, fmt.Errorf("'base-url' is '%s', which is no address: %shost:port", s.base, scheme)
	}
	c, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("no connection to %s%s: %w", s.base, database, err)
	}
	s.connections[database] = c
	return c, nil
}

// Close implements catalog.External.
func (s *server) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	for _, c := range s.connections {
		_ = c.Close(ctx) // read only: nothing is lost
	}
	clear(s.connections)
}

// names runs a query of one text column.
func (s *server) names(database, query string, args ...any) ([]string, error) {
	c, err := s.connect(database)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	rows, err := c.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// Databases implements catalog.External: all but PostgreSQL's own.
func (s *server) Databases() ([]string, error) {
	return s.names(s.database, `SELECT datname::text FROM pg_catalog.pg_database
WHERE datname NOT IN ('template0', 'template1') AND datallowconn ORDER BY 1`)
}

// Tables implements catalog.External: of all schemas but PostgreSQL's own, as
// schema.table.
func (s *server) Tables(database string) ([]string, error) {
	return s.names(database, `SELECT table_schema || '.' || table_name FROM information_schema.tables
WHERE table_type = 'BASE TABLE' AND table_schema !~ '^pg_' AND table_schema <> 'information_schema' ORDER BY 1`)
}

// Table implements catalog.External.
func (s *server) Table(database, name string) (ddl string, ok bool, err error) {
	if all, err := s.Databases(); err != nil || !slices.Contains(all, database) {
		return "", false, err
	}
	schema, table := "public", name
	if before, after, dotted := strings.Cut(name, "."); dotted {
		schema, table = before, after
	}
	columns, err := s.columns(database, schema, table)
	if err != nil || len(columns) == 0 {
		return "", false, err
	}
	key, keyName, err := s.primaryKey(database, schema, table)
	if err != nil {
		return "", false, err
	}
	lines := make([]string, 0, len(columns)+1)
	for _, c := range columns {
		t, err := c.flinkType()
		if err != nil {
			return "", false, fmt.Errorf("column '%s' of table '%s': %w", c.Name, name, err)
		}
		lines = append(lines, "  "+catalog.Quote(c.Name)+" "+t)
	}
	if len(key) > 0 {
		for i, k := range key {
			key[i] = catalog.Quote(k)
		}
		lines = append(lines, "  CONSTRAINT "+catalog.Quote(keyName)+" PRIMARY KEY ("+strings.Join(key, ", ")+") NOT ENFORCED")
	}
	return "CREATE TABLE t (\n" + strings.Join(lines, ",\n") + "\n) WITH (" + s.options(database, schema+"."+table) + ")", true, nil
}

// options are those of the table for the connector 'jdbc'.
func (s *server) options(database, table string) string {
	pairs := [][2]string{
		{"connector", "jdbc"}, {"url", s.base + database}, {"table-name", table},
		{"username", s.username}, {"password", s.password},
	}
	parts := make([]string, len(pairs))
	for i, p := range pairs {
		parts[i] = "'" + p[0] + "' = '" + strings.ReplaceAll(p[1], "'", "''") + "'"
	}
	return strings.Join(parts, ", ")
}

func (s *server) columns(database, schema, table string) ([]column, error) {
	c, err := s.connect(database)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	rows, err := c.Query(ctx, `SELECT a.attname::text, t.typname::text, a.atttypmod, a.attnotnull
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
JOIN pg_catalog.pg_class r ON r.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
WHERE n.nspname = $1 AND r.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped AND r.relkind IN ('r', 'p')
ORDER BY a.attnum`, schema, table)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[column])
}

func (s *server) primaryKey(database, schema, table string) (columns []string, name string, err error) {
	c, err := s.connect(database)
	if err != nil {
		return nil, "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	err = c.QueryRow(ctx, `SELECT k.conname::text, ARRAY(
  SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS p(attnum, place)
  JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.attnum ORDER BY p.place)
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class r ON r.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
WHERE k.contype = 'p' AND n.nspname = $1 AND r.relname = $2`, schema, table).Scan(&name, &columns)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, "", nil
	}
	return columns, name, err
}
