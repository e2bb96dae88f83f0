package sqlite

import "strings"

// conditions are the conditions of a query, all of which must be true.
type conditions struct {
	terms []string
	args  []any
}

// add adds a condition with its parameters.
func (c *conditions) add(term string, args ...any) {
	c.terms = append(c.terms, term)
	c.args = append(c.args, args...)
}

// where returns the WHERE clause.
func (c *conditions) where() string {
	if len(c.terms) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(c.terms, " AND ")
}

// addIndexed adds the condition that a column has one of the values, if there are any. If
// indexed is set, another condition uses an index, and this one does not: the operator +
// prevents that SQLite uses the index of a column. addIndexed reports whether a condition uses
// an index.
func addIndexed[T ~string](c *conditions, column string, values []T, indexed bool) bool {
	if len(values) == 0 {
		return indexed
	}
	if indexed {
		column = "+" + column
	}
	if len(values) == 1 {
		c.add(column+"=?", values[0])
	} else {
		c.add(column+" IN ("+placeholders(len(values))+")", anys(values)...)
	}
	return true
}

// placeholders returns n parameters.
func placeholders(n int) string { return strings.TrimSuffix(strings.Repeat("?,", n), ",") }

// anys returns values as parameters.
func anys[T any](values []T) []any {
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	return args
}
