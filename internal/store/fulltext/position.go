package fulltext

import (
	"encoding/json"

	"github.com/clausea/crawler/internal/store"
)

// Tiers of search results, the best first.
const (
	Prominent = 0 // all words are prominent in the text
	Other     = 1 // all words occur in the text
	Tiers     = 2 // number of tiers
)

// Position is a position in the results of a search.
type Position struct {
	Tier  int   `json:"t"`
	Order int64 `json:"o"` // of the last result; results have descending orders. 0: before all
	// Seen lists the IDs of earlier results with this order, where orders are not unique.
	Seen []string `json:"s,omitempty"`
}

// Encode returns the position as the key of a continue token.
func (p Position) Encode() (string, error) {
	b, err := json.Marshal(p)
	return string(b), err
}

// DecodePosition is the inverse of Encode. An empty key is the beginning.
func DecodePosition(key string) (p Position, err error) {
	if key == "" {
		return p, nil
	}
	if err := json.Unmarshal([]byte(key), &p); err != nil || p.Tier < 0 || p.Tier >= Tiers || p.Order < 0 {
		return Position{}, store.ErrInvalidToken
	}
	return p, nil
}
