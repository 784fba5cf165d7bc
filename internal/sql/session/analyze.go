package session

import (
	"strconv"
	"strings"

	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/catalog"
	"github.com/flottstream/flott/internal/sql/parser"
	"github.com/flottstream/flott/internal/types"
)

// analyze is ANALYZE TABLE: a job that counts, whose one row becomes the
// statistics of the table. EXPLAIN ESTIMATED_COST goes by them.
func (s *Session) analyze(x *ast.Analyze) (*Result, error) {
	t, err := s.permanent(x.Table)
	if err != nil {
		return nil, err
	}
	if s.Binder.Streaming {
		return nil, fail(x.Table, "SET 'execution.runtime-mode' = 'batch'", "ANALYZE TABLE is not supported for streaming mode now")
	}
	if err := s.analyzedPartition(t, x); err != nil {
		return nil, err
	}
	columns, err := analyzedColumns(t, x)
	if err != nil {
		return nil, err
	}
	text := countingQuery(t, columns)
	stmt, err := parser.ParseStatement(text)
	if err != nil {
		return nil, err
	}
	n, err := s.Binder.Query(text, stmt.(*ast.QueryStatement).Query)
	if err != nil {
		return nil, fail(x.Table, "", "The table cannot be read: "+err.Error())
	}
	job := s.job(n)
	if !job.Bounded {
		return nil, fail(x.Table, "", "The table does not end, so its rows cannot be counted")
	}
	return &Result{Job: job, Then: func(rows [][]*string) error {
		c := *t
		c.Count(statisticsOf(rows, columns))
		return s.Binder.Catalog.Replace(&c)
	}}, nil
}

// analyzedPartition checks PARTITION: every column of a partitioned table must be
// named, and without values, which would mean single partitions.
func (s *Session) analyzedPartition(t *catalog.Table, x *ast.Analyze) error {
	values, err := s.partitionValues(t, x.Partition)
	if err != nil {
		return err
	}
	if len(x.Partition) != len(t.Partition) {
		return fail(x.Table, "write PARTITION ("+strings.Join(t.Partition, ", ")+")", "Invalid ANALYZE TABLE statement. For partition table, all partition keys should be specified explicitly. The given partition keys: ["+keyNames(x.Partition)+"] are not match the target partition keys: ["+strings.Join(t.Partition, ", ")+"]")
	}
	for i, v := range values {
		if v != nil {
			return fail(x.Partition[i], "name the column without a value to count all partitions", "Statistics of single partitions are not kept")
		}
	}
	return nil
}

func keyNames(keys []ast.PartitionKey) string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.Column.Name
	}
	return strings.Join(names, ", ")
}

// analyzedColumns are the physical columns that are asked for.
func analyzedColumns(t *catalog.Table, x *ast.Analyze) ([]catalog.Column, error) {
	var out []catalog.Column
	if x.AllColumns {
		for _, c := range t.Columns {
			if c.Computed == nil && !c.IsMetadata {
				out = append(out, c)
			}
		}
	}
	for _, id := range x.Columns {
		found := false
		for _, c := range t.Columns {
			switch {
			case c.Name != id.Name:
				continue
			case c.Computed != nil || c.IsMetadata:
				return nil, fail(id, "", "Column: "+id.Name+" is a computed or metadata column, ANALYZE TABLE does not support it")
			}
			found = true
			out = append(out, c)
		}
		if !found {
			names := make([]string, len(t.Columns))
			for i, c := range t.Columns {
				names[i] = c.Name
			}
			return nil, fail(id, catalog.DidYouMean(id.Name, names), "Column: "+id.Name+" does not exist in the table: "+t.Path.Quoted()+".")
		}
	}
	return out, nil
}

// perColumn is how many columns of the counting query belong to one of the table.
const perColumn = 4

// countingQuery counts rows and, per column, its values that are there, how many
// different ones, the least and the greatest. What a type cannot do is NULL.
func countingQuery(t *catalog.Table, columns []catalog.Column) string {
	var b strings.Builder
	b.WriteString("SELECT CAST(COUNT(*) AS STRING)")
	for _, c := range columns {
		q := catalog.Quote(c.Name)
		b.WriteString(", CAST(COUNT(" + q + ") AS STRING)")
		if !counted(c.Type) {
			b.WriteString(", CAST(NULL AS STRING), CAST(NULL AS STRING), CAST(NULL AS STRING)")
			continue
		}
		b.WriteString(", CAST(COUNT(DISTINCT " + q + ") AS STRING), CAST(MIN(" + q + ") AS STRING), CAST(MAX(" + q + ") AS STRING)")
	}
	b.WriteString(" FROM " + t.Path.Quoted())
	return b.String()
}

// counted reports a type whose values can be told apart and put in order.
func counted(t types.Type) bool {
	switch t.Kind {
	case types.Boolean, types.Binary, types.Varbinary, types.Array, types.Map, types.Multiset, types.Row:
		return false
	}
	return true
}

func statisticsOf(rows [][]*string, columns []catalog.Column) *catalog.Statistics {
	st := &catalog.Statistics{}
	if len(rows) == 0 {
		return st
	}
	number := func(at int) int64 {
		if f := rows[0][at]; f != nil {
			if n, err := strconv.ParseInt(*f, 10, 64); err == nil {
				return n
			}
		}
		return -1
	}
	text := func(at int) string {
		if f := rows[0][at]; f != nil {
			return *f
		}
		return ""
	}
	st.Rows = number(0)
	for i, c := range columns {
		at := 1 + i*perColumn
		st.Columns = append(st.Columns, catalog.ColumnStatistics{
			Name: c.Name, Nulls: st.Rows - number(at), Distinct: number(at + 1), Min: text(at + 2), Max: text(at + 3),
		})
	}
	return st
}
