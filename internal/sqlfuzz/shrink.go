package sqlfuzz

import (
	"reflect"
	"slices"

	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/parser"
)

// Shrink makes a query smaller for as long as interesting says that the smaller one shows the same, and asks it at most
// budget times. A text that does not parse is returned as it is.
func Shrink(sql string, budget int, interesting func(sql string) bool) string {
	for again := true; again; {
		again = false
		for _, smaller := range Smaller(sql) {
			if budget == 0 {
				return sql
			}
			budget--
			if interesting(smaller) {
				sql, again = smaller, true
				break
			}
		}
	}
	return sql
}

// Smaller are the queries that one cut makes of a query: a part left out, or put in the place of what it is part of. The
// smallest come first.
func Smaller(sql string) []string {
	statements, err := parser.ParseScript(sql)
	if err != nil || len(statements) != 1 {
		return nil
	}
	top, is := statements[0].(*ast.QueryStatement)
	if !is {
		return nil
	}
	s := shrinker{top: top, seen: map[string]bool{ast.Format(top): true}}
	ast.Inspect(top.Query, func(n ast.Node) bool {
		if q, is := n.(*ast.Query); is && q != top.Query {
			s.keep(ast.Format(q))
		}
		return true
	})
	s.cut(reflect.ValueOf(top))
	slices.SortStableFunc(s.list, func(a, b string) int { return len(a) - len(b) })
	whole := len(ast.Format(top))
	return slices.DeleteFunc(s.list, func(t string) bool { return len(t) >= whole })
}

type shrinker struct {
	top  *ast.QueryStatement
	seen map[string]bool
	list []string
}

func (s *shrinker) keep(text string) {
	if s.seen[text] {
		return
	}
	s.seen[text] = true
	if statements, err := parser.ParseScript(text); err == nil && len(statements) == 1 {
		s.list = append(s.list, text)
	}
}

// try notes the text of the tree with x changed to v.
func (s *shrinker) try(x, v reflect.Value) {
	old := reflect.New(x.Type()).Elem()
	old.Set(x)
	x.Set(v)
	defer x.Set(old)
	defer func() { _ = recover() }() // a tree that lacks what it must have cannot be printed
	s.keep(ast.Format(s.top))
}

var (
	exprType  = reflect.TypeFor[ast.Expr]()
	tableType = reflect.TypeFor[ast.TableRef]()
	bodyType  = reflect.TypeFor[ast.QueryBody]()
	nodeType  = reflect.TypeFor[ast.Node]()
)

// cut tries the cuts at x and below.
func (s *shrinker) cut(x reflect.Value) {
	switch x.Kind() {
	case reflect.Interface:
		if x.IsNil() {
			return
		}
		s.cutInterface(x)
		s.cut(x.Elem())
	case reflect.Pointer:
		if !x.IsNil() {
			s.cut(x.Elem())
		}
	case reflect.Slice:
		for i := range x.Len() {
			shorter := reflect.AppendSlice(reflect.MakeSlice(x.Type(), 0, x.Len()), x.Slice(0, i))
			s.try(x, reflect.AppendSlice(shorter, x.Slice(i+1, x.Len())))
		}
		for i := range x.Len() {
			s.cut(x.Index(i))
		}
	case reflect.Struct:
		for i := range x.NumField() {
			s.cutField(x.Field(i))
		}
	}
}

func (s *shrinker) cutField(f reflect.Value) {
	switch f.Kind() {
	case reflect.Interface, reflect.Pointer:
		if !f.IsNil() && f.CanSet() && f.Type().Implements(nodeType) {
			s.try(f, reflect.Zero(f.Type()))
		}
	case reflect.Bool:
		if f.Bool() && f.CanSet() {
			s.try(f, reflect.ValueOf(false))
		}
	}
	s.cut(f)
}

// cutInterface puts parts of x in its place: an operand for an expression, a side for a join or set operation.
func (s *shrinker) cutInterface(x reflect.Value) {
	switch x.Type() {
	case exprType:
		for _, e := range below[ast.Expr](x.Elem()) {
			s.try(x, reflect.ValueOf(e))
		}
		if _, is := x.Interface().(*ast.Literal); !is {
			s.try(x, reflect.ValueOf(&ast.Literal{Kind: ast.IntLit, Text: "1"}))
			s.try(x, reflect.ValueOf(&ast.Literal{Kind: ast.BoolLit, Text: "TRUE"}))
		}
	case tableType:
		for _, t := range below[ast.TableRef](x.Elem()) {
			s.try(x, reflect.ValueOf(t))
		}
	case bodyType:
		for _, b := range below[ast.QueryBody](x.Elem()) {
			s.try(x, reflect.ValueOf(b))
		}
	}
}

// below are the nearest nodes of type T inside of x.
func below[T ast.Node](x reflect.Value) (list []T) {
	switch x.Kind() {
	case reflect.Interface, reflect.Pointer:
		if x.IsNil() {
			return nil
		}
		if x.Kind() == reflect.Interface {
			x = x.Elem()
		}
		if x.Kind() == reflect.Pointer {
			x = x.Elem()
		}
		return belowFields[T](x)
	}
	return nil
}

func belowFields[T ast.Node](x reflect.Value) (list []T) {
	if x.Kind() != reflect.Struct {
		return nil
	}
	for i := range x.NumField() {
		list = append(list, belowValue[T](x.Field(i))...)
	}
	return list
}

func belowValue[T ast.Node](f reflect.Value) (list []T) {
	switch f.Kind() {
	case reflect.Slice:
		for i := range f.Len() {
			list = append(list, belowValue[T](f.Index(i))...)
		}
	case reflect.Interface, reflect.Pointer:
		if f.IsNil() {
			return nil
		}
		if n, is := f.Interface().(T); is {
			return []T{n}
		}
	case reflect.Struct:
		return belowFields[T](f)
	}
	return list
}
