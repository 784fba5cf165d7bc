package session

import (
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/catalog"
)

// permanent finds a table that ALTER, ANALYZE and the like may change.
func (s *Session) permanent(n ast.Name) (*catalog.Table, error) {
	cat := s.Binder.Catalog
	path, err := cat.Resolve(n.Strings())
	if err != nil {
		return nil, err
	}
	r, _ := cat.Lookup(path)
	t, ok := r.(*catalog.Table)
	if !ok || t.Temporary {
		return nil, fail(n, cat.NearTo(path), "Table "+path.Quoted()+" doesn't exist or is a temporary table.")
	}
	return t, nil
}

// partitionValues are the values of PARTITION (k = v, …) in the order of the
// table's columns; nil fields were not named.
func (s *Session) partitionValues(t *catalog.Table, keys []ast.PartitionKey) ([]*string, error) {
	out := make([]*string, len(t.Partition))
	for i := range keys {
		k := &keys[i]
		at := slices.Index(t.Partition, k.Column.Name)
		if at < 0 {
			hint := "the table is not partitioned"
			if len(t.Partition) > 0 {
				hint = "its partition columns are " + strings.Join(t.Partition, ", ")
			}
			return nil, fail(k.Column, hint, "PartitionSpec does not match partition keys ["+strings.Join(t.Partition, ", ")+"] of table "+t.Path.String())
		}
		if k.Value == nil {
			continue
		}
		x, err := s.Binder.Constant(k.Value)
		if err != nil {
			return nil, err
		}
		text, ok := expr.ConstantString(x)
		if !ok {
			text = expr.LiteralText(x)
		}
		out[at] = &text
	}
	return out, nil
}

// complete are the values of a partition every column of which is named.
func (s *Session) complete(t *catalog.Table, p *ast.Partition) ([]string, error) {
	found, err := s.partitionValues(t, p.Keys)
	if err != nil {
		return nil, err
	}
	values := make([]string, len(found))
	for i, v := range found {
		if v == nil {
			return nil, fail(p, "give "+t.Partition[i]+" a value", "PartitionSpec does not match partition keys ["+strings.Join(t.Partition, ", ")+"] of table "+t.Path.String())
		}
		values[i] = *v
	}
	if len(values) == 0 {
		return nil, fail(p, "", "Table "+t.Path.String()+" is not partitioned.")
	}
	return values, nil
}

func (s *Session) addPartitions(t *catalog.Table, x *ast.AddPartitions) error {
	c := *t
	c.Partitions = slices.Clone(t.Partitions)
	for i := range x.Partitions {
		p := &x.Partitions[i]
		values, err := s.complete(t, p)
		if err != nil {
			return err
		}
		if c.PartitionIndex(values) >= 0 {
			if x.IfNotExists {
				continue
			}
			return fail(p, "write ADD IF NOT EXISTS", "Partition "+catalog.PartitionSpec{Values: values}.Text(t.Partition)+" of table "+t.Path.String()+" already exists.")
		}
		c.Partitions = append(c.Partitions, catalog.PartitionSpec{Values: values, Options: options(p.Options)})
	}
	return s.Binder.Catalog.Replace(&c)
}

func (s *Session) dropPartitions(t *catalog.Table, x *ast.DropPartitions) error {
	c := *t
	c.Partitions = slices.Clone(t.Partitions)
	for i := range x.Partitions {
		p := &x.Partitions[i]
		values, err := s.complete(t, p)
		if err != nil {
			return err
		}
		at := c.PartitionIndex(values)
		switch {
		case at >= 0:
			c.Partitions = slices.Delete(c.Partitions, at, at+1)
		case !x.IfExists:
			return fail(p, "write DROP IF EXISTS; SHOW PARTITIONS lists those the catalog knows", "Partition "+catalog.PartitionSpec{Values: values}.Text(t.Partition)+" of table "+t.Path.String()+" does not exist.")
		}
	}
	return s.Binder.Catalog.Replace(&c)
}

// showPartitions lists the partitions the catalog was told about, as Flink does;
// those that lie in the data and were not added are not among them.
func (s *Session) showPartitions(x *ast.Show) (*Result, error) {
	t, err := s.permanent(*x.Name)
	if err != nil {
		return nil, err
	}
	if len(t.Partition) == 0 {
		return nil, fail(*x.Name, "", "Table "+t.Path.Quoted()+" is not partitioned.")
	}
	want, err := s.partitionValues(t, x.Partition)
	if err != nil {
		return nil, err
	}
	r := table("partition name")
	for _, p := range t.Partitions {
		matches := true
		for i, v := range want {
			matches = matches && (v == nil || *v == p.Values[i])
		}
		if matches {
			r.add(p.Text(t.Partition))
		}
	}
	return r, nil
}
