package store

import (
	"encoding/base64"
	"fmt"
)

// Limits of one page of a list.
const (
	DefaultLimit = 100 // applies if ListOptions.Limit is 0
	MaxLimit     = 500
)

// ListOptions selects one page of a list. The zero value selects the first page.
type ListOptions struct {
	Limit    int    // items of the page, up to MaxLimit; 0: DefaultLimit
	Continue string // opaque token that the previous page returned; empty: first page
}

// Decode returns the effective limit and the key that the Continue token encodes. It returns
// an error if the token is invalid.
func (o ListOptions) Decode() (limit int, after string, err error) {
	limit = o.Limit
	if limit <= 0 {
		limit = DefaultLimit
	}
	b, err := base64.RawURLEncoding.DecodeString(o.Continue)
	if err != nil {
		return 0, "", fmt.Errorf("invalid continue token %.40q: restart the list from its beginning", o.Continue)
	}
	return min(limit, MaxLimit), string(b), nil
}

// EncodeContinue returns the continue token of the page that starts after key.
func EncodeContinue(key string) string { return base64.RawURLEncoding.EncodeToString([]byte(key)) }

// MaxQueryValues is the maximum number of values in each list of a query.
const MaxQueryValues = 100

// checkQueryLists returns an error if a list of a query of what has more than MaxQueryValues
// values.
func checkQueryLists(what string, lengths ...int) error {
	for _, n := range lengths {
		if n > MaxQueryValues {
			return fmt.Errorf("query %s: a list has %d values, the maximum is %d", what, n, MaxQueryValues)
		}
	}
	return nil
}
