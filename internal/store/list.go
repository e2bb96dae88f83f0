package store

import (
	"encoding/base64"
	"errors"
	"fmt"
)

// Limits of one page of a list.
const (
	DefaultLimit = 100 // applies if ListOptions.Limit is 0
	MaxLimit     = 500
)

// ErrInvalidToken means that a continue token is not one that the list returned.
var ErrInvalidToken = errors.New("invalid continue token: restart the list from its beginning")

// ListOptions selects one page of a list. The zero value selects the first page.
type ListOptions struct {
	Limit    int    // items of the page, up to MaxLimit; 0: DefaultLimit
	Continue string // opaque token that the previous page returned; empty: first page
}

// Decode returns the effective limit and the key that the Continue token encodes. It returns
// an error if the token is invalid.
func (o ListOptions) Decode() (limit int, after string, err error) {
	b, err := base64.RawURLEncoding.DecodeString(o.Continue)
	if err != nil {
		return 0, "", fmt.Errorf("%.40q: %w", o.Continue, ErrInvalidToken)
	}
	return EffectiveLimit(o.Limit), string(b), nil
}

// EffectiveLimit returns the limit of a list that was asked for limit items.
func EffectiveLimit(limit int) int {
	if limit <= 0 {
		limit = DefaultLimit
	}
	return min(limit, MaxLimit)
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
