package store

import (
	"encoding/base64"
	"fmt"
)

// The bounds of a list's page: what 0 means, and the most that is given at once.
const (
	DefaultLimit = 100
	MaxLimit     = 500
)

// Decode is the page's limit within its bounds, and the key to go on after. A
// Continue token that is none is an error.
func (p ListOptions) Decode() (limit int, after string, err error) {
	limit = p.Limit
	if limit <= 0 {
		limit = DefaultLimit
	}
	b, err := base64.RawURLEncoding.DecodeString(p.Continue)
	if err != nil {
		return 0, "", fmt.Errorf("continue token %.40q is not one of this store: begin the list anew", p.Continue)
	}
	return min(limit, MaxLimit), string(b), nil
}

// EncodeContinue is the token of a page that goes on after key.
func EncodeContinue(key string) string { return base64.RawURLEncoding.EncodeToString([]byte(key)) }

// CheckPageBatch refuses a batch of pages that is too long.
func CheckPageBatch(pages []FetchedPage) error {
	if len(pages) > MaxPageBatch {
		return fmt.Errorf("put %d pages: %d at once are the most", len(pages), MaxPageBatch)
	}
	return nil
}
